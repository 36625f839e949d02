//! Contracts of [`LeftoverRepository`](stoa_domain::housekeeping::ports::LeftoverRepository): what has
//! ended goes, of both organizations, and what is still good stays.

use chrono::TimeDelta;
use stoa_domain::housekeeping::retention::Leftover;
use stoa_domain::identity::external_identity::{ProviderKey, ProviderStart};
use stoa_domain::identity::guess::{Counted, GuessPolicy, Guessed};
use stoa_domain::identity::one_time_token::{OneTimeToken, TokenPurpose};
use stoa_domain::identity::password::PasswordHash;
use stoa_domain::identity::registration::{Decision, Registration, RegistrationStatus};
use stoa_domain::identity::second_factor::{Challenge, SealedSecret};
use stoa_domain::identity::token::TokenDigest;
use stoa_domain::invitations::invitation::{Addressee, INVITATION_LIFE, Invitation, InvitationTerms};
use stoa_domain::kernel::ids::{OrganizationId, UserId};
use stoa_domain::kernel::platform::Platform;
use stoa_domain::kernel::rank::Rank;
use stoa_domain::kernel::sources::Timestamp;
use stoa_domain::outbox::message::{ClaimedMessage, OutboxMessage};
use uuid::Uuid;

use crate::access::decisions::refused;
use crate::subject::Subject;
use crate::world::{Tenant, World, at, parsed};

fn remove_until(world: &World<'_>, kind: Leftover, before: Timestamp, limit: u32) -> usize {
    super::housekeep(world, |tx| tx.leftovers.remove(kind, before, limit))
}

fn remove(world: &World<'_>, kind: Leftover, before: i64) -> usize {
    remove_until(world, kind, at(before), 99)
}

/// Leaves a message and claims it.
fn claimed(world: &World<'_>, organization_id: Option<OrganizationId>) -> ClaimedMessage {
    let (id, payload) = (world.id(), "{}".into());
    let message = OutboxMessage { id, kind: "letter", payload, organization_id, created_at: at(0) };
    world.identity(|tx| tx.outbox.enqueue(&message)).expect("a message is left");
    let claim: Uuid = world.id();
    let claimed = world.delivery(|tx| tx.queue.claim_next(claim, at(0), at(900))).expect("an answer");
    claimed.expect("the message")
}

fn done(world: &World<'_>, organization: Option<OrganizationId>, n: i64) {
    let message = claimed(world, organization);
    assert_eq!(world.delivery(|tx| tx.queue.finish(&message, at(n))), Ok(true));
}

/// "Ended before this instant, at most `limit`; answers how many": one kind, and no message that waits.
pub fn messages_go_some_time_after_they_were_done_or_given_up(store: &dyn Subject) {
    let world = World::new(store);
    for (organization, n) in [(Some(world.ours.id()), 1), (Some(world.theirs.id()), 2), (None, 3)] {
        done(&world, organization, n);
    }
    let dead = claimed(&world, Some(world.ours.id()));
    assert_eq!(world.delivery(|tx| tx.queue.give_up(&dead, at(1), "nobody takes it")), Ok(true));
    let waiting = claimed(&world, Some(world.ours.id()));
    assert_eq!(world.delivery(|tx| tx.queue.put_off(&waiting, at(5), "not now")), Ok(true));

    assert_eq!(remove(&world, Leftover::DoneMessage, 1), 0, "not at that very instant");
    assert_eq!(remove(&world, Leftover::DoneMessage, 3), 2);
    assert_eq!([9000, 9000].map(|before| remove(&world, Leftover::DoneMessage, before)), [1, 0]);
    assert_eq!([1, 2, 9000].map(|before| remove(&world, Leftover::DeadMessage, before)), [0, 1, 0]);
    let again = world.delivery(|tx| tx.queue.claim_next(world.id(), at(5), at(900))).expect("an answer");
    assert_eq!(again.map(|message| message.id), Some(waiting.id));
}

/// "At most `limit`", time after time.
pub fn leftovers_go_in_batches(store: &dyn Subject) {
    let world = World::new(store);
    for n in 0..5 {
        done(&world, Some(world.ours.id()), n);
    }
    let batches = [(); 4].map(|()| remove_until(&world, Leftover::DoneMessage, at(9), 2));
    assert_eq!(batches, [2, 2, 1, 0]);
}

fn token_for(world: &World<'_>, user: UserId, n: u8) {
    let token = OneTimeToken::new(TokenDigest([n; 32]), TokenPurpose::PasswordReset, user, at(n.into()));
    let issued = world.identity(|tx| tx.one_time_tokens.issue(&token, at(i64::from(n) - 1)));
    assert_eq!(issued, Ok(true));
}

fn is_good(world: &World<'_>, n: u8) -> bool {
    let digest = TokenDigest([n; 32]);
    let find = |purpose| world.identity(|tx| tx.one_time_tokens.find_owner(&digest, purpose, at(n.into())));
    find(TokenPurpose::PasswordReset).expect("a look-up").is_some()
}

/// A token goes when it has expired, whether it was spent or not.
pub fn tokens_of_letters_go_after_they_have_expired(store: &dyn Subject) {
    let world = World::new(store);
    let (kim, lee) = (world.ours.owner.id, world.theirs.owner.id);
    for (user, n) in [(kim, 1), (lee, 2), (kim, 3)] {
        token_for(&world, user, n);
    }
    let digest = TokenDigest([2; 32]);
    assert_eq!(world.identity(|tx| tx.one_time_tokens.spend(&digest, TokenPurpose::PasswordReset, at(2))), Ok(true));
    let end = OneTimeToken::new(digest, TokenPurpose::PasswordReset, lee, at(0)).expires_at;
    let before = |n| end + TimeDelta::seconds(n);
    assert_eq!(remove_until(&world, Leftover::OneTimeToken, before(1), 99), 0, "not at that very instant");
    assert_eq!(remove_until(&world, Leftover::OneTimeToken, before(3), 99), 2);
    assert_eq!([1, 3].map(|n| is_good(&world, n)), [false, true]);
}

/// A question goes when it has expired.
pub fn questions_go_after_they_have_expired(store: &dyn Subject) {
    let world = World::new(store);
    for (user_id, n) in [(world.ours.owner.id, 1), (world.theirs.owner.id, 2), (world.ours.owner.id, 3)] {
        let challenge = Challenge { digest: TokenDigest([n; 32]), user_id, expires_at: at(n.into()) };
        world.identity(|tx| tx.challenges.insert(&challenge, at(0))).expect("a new challenge");
    }
    assert_eq!([1, 3, 3].map(|before| remove(&world, Leftover::Challenge, before)), [0, 2, 0]);
    let is_there = |n| world.identity(|tx| tx.challenges.find(&TokenDigest([n; 32]))).expect("a look-up").is_some();
    assert_eq!([1, 2, 3].map(is_there), [false, false, true]);
}

/// That somebody was sent to a provider is forgotten when their time has run out.
pub fn starts_go_after_they_have_expired(store: &dyn Subject) {
    let world = World::new(store);
    let starts = [(Some(world.ours.owner.id), 1), (None, 2), (Some(world.theirs.owner.id), 3)];
    for (user_id, n) in starts {
        let start = ProviderStart {
            digest: TokenDigest([n; 32]),
            provider: ProviderKey::from_store("main".into()),
            sealed: SealedSecret(vec![n]),
            user_id,
            expires_at: at(n.into()),
        };
        world.identity(|tx| tx.provider_starts.insert(&start)).expect("a new start");
    }
    assert_eq!([1, 3, 3].map(|before| remove(&world, Leftover::ProviderStart, before)), [0, 2, 0]);
    let find = |n| world.identity(|tx| tx.provider_starts.find(&TokenDigest([n; 32]))).expect("a look-up");
    assert_eq!([1, 2, 3].map(|n| find(n).is_some()), [false, false, true]);
}

/// Wrong guesses go when they are to be forgotten.
pub fn guesses_go_after_they_are_forgotten(store: &dyn Subject) {
    const DAY: i64 = 24 * 3600;
    let second = TimeDelta::seconds(1);
    let policy = GuessPolicy { tries: 9, rest: second, longest_rest: second, tries_per_address: 0 };
    let world = World::new(store);
    let [ours, theirs] = ["kim@example.com", "lee@example.com"].map(Guessed::password);
    let count = |guessed: &Guessed, n| world.identity(|tx| tx.guesses.count(guessed, at(n), &policy));
    for (guessed, n) in [(&ours, 1), (&theirs, 5)] {
        assert_eq!(count(guessed, n), Ok(Counted::Failure { failures: 1, rests_until: None }));
    }
    assert_eq!([1, 2, 2].map(|n| remove(&world, Leftover::WrongGuess, DAY + n)), [0, 1, 0]);
    assert_eq!([&ours, &theirs].map(|guessed| world.identity(|tx| tx.guesses.clear(guessed))), [Ok(0), Ok(1)]);
}

fn request(world: &World<'_>, email: &str, decided: Option<(RegistrationStatus, i64)>) -> Registration {
    let registration = Registration {
        id: world.id(),
        email: parsed(email),
        name: parsed("Jo"),
        organization_name: parsed("Pier"),
        platform: Platform::Business,
        password: Some(PasswordHash::from_phc("$argon2id$hash".into())),
        status: RegistrationStatus::Pending,
        requested_at: at(0),
        decision: None,
    };
    world.identity(|tx| tx.registrations.insert(&registration)).expect("a new request");
    if let Some((status, n)) = decided {
        let decision = Decision { status, at: at(n), by: world.ours.owner.id, reason: None };
        assert_eq!(world.identity(|tx| tx.registrations.decide(registration.id, &decision)), Ok(true));
    }
    registration
}

/// A request goes when it was decided, whichever way; one that waits stays, however old it is.
pub fn requests_go_after_they_were_decided(store: &dyn Subject) {
    let world = World::new(store);
    let requests = [
        request(&world, "a@example.com", Some((RegistrationStatus::Approved, 1))),
        request(&world, "b@example.com", Some((RegistrationStatus::Rejected, 2))),
        request(&world, "c@example.com", Some((RegistrationStatus::Rejected, 3))),
        request(&world, "d@example.com", None),
    ];
    assert_eq!([1, 3, 3].map(|before| remove(&world, Leftover::Registration, before)), [0, 2, 0]);
    let is_there =
        |request: &Registration| world.identity(|tx| tx.registrations.find(request.id)).expect("a look-up").is_some();
    assert_eq!(requests.each_ref().map(is_there), [false, false, true, true]);
}

fn invited(world: &World<'_>, tenant: &Tenant, n: u8) -> Invitation {
    let addressee = Addressee::Email(parsed(&format!("colleague-{n}@example.com")));
    let terms = InvitationTerms { addressee, role: Rank::Member, profile: None };
    let digest = TokenDigest([n; 32]);
    let made = Invitation::new(world.id(), tenant.id(), tenant.owner.id, terms, digest, at(n.into()));
    world.invitations(|tx| tx.invitations.insert(&made)).expect("a new invitation");
    made
}

/// An invitation goes when it was accepted or revoked, else when its token has ended, noted or not; one
/// that was sent again goes by its new token.
pub fn invitations_go_after_they_have_ended(store: &dyn Subject) {
    let world = World::new(store);
    let (ours, theirs) = (&world.ours, &world.theirs);
    let [accepted, revoked, forgotten, again] = [1, 2, 3, 4].map(|n| invited(&world, ours, n));
    let (noted, of_theirs) = (invited(&world, ours, 5), invited(&world, theirs, 6));
    assert_eq!(world.invitations(|tx| tx.invitations.accept(&accepted.digest, at(7))), Ok(true));
    let change = |before: &Invitation, after: &Invitation| {
        assert_eq!(world.invitations(|tx| tx.invitations.update(&ours.scope, before, after)), Ok(()));
    };
    change(&revoked, &revoked.revoked(at(8)).expect("a pending one"));
    change(&again, &again.sent_again(TokenDigest([9; 32]), at(900)).expect("a pending one"));
    let over = at(100) + INVITATION_LIFE;
    assert_eq!(world.invitations(|tx| tx.invitations.expire(&ours.scope, &noted.addressee, over)), Ok(()));

    let gone = |kind_before: Timestamp| remove_until(&world, Leftover::Invitation, kind_before, 99);
    assert_eq!([at(7), at(8), at(9), at(9)].map(gone), [0, 1, 1, 0]);
    let all =
        [(ours, &accepted), (ours, &revoked), (ours, &forgotten), (ours, &again), (ours, &noted), (theirs, &of_theirs)];
    let there = || {
        all.map(|(tenant, invitation)| {
            world.invitations(|tx| tx.invitations.find(&tenant.scope, invitation.id)).expect("a look-up").is_some()
        })
    };
    assert_eq!(there(), [false, false, true, true, true, true]);
    assert_eq!(gone(at(6) + INVITATION_LIFE), 2);
    assert_eq!(there(), [false, false, false, true, false, true]);
    assert_eq!(gone(over), 1);
    assert_eq!(there(), [false, false, false, true, false, false]);
}

/// A refusal goes by its instant, in whatever organization it was, or in none.
pub fn refusals_go_some_time_after_they_happened(store: &dyn Subject) {
    let world = World::new(store);
    for (tenant, n) in [(&world.ours, 1), (&world.theirs, 2), (&world.ours, 3)] {
        refused(&world, tenant, n);
    }
    assert_eq!([1, 3, 3].map(|before| remove(&world, Leftover::Decision, before)), [0, 2, 0]);
    assert_eq!(remove(&world, Leftover::Decision, 4), 1);
}
