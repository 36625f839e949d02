//! Contracts of [`InvitationRepository`](stoa_domain::invitations::ports::InvitationRepository).

use chrono::Duration;
use serde_json::json;
use stoa_domain::identity::token::TokenDigest;
use stoa_domain::invitations::invitation::{Addressee, Invitation, InvitationStatus, InvitationTerms, JoiningProfile};
use stoa_domain::invitations::ports::BY_CREATION;
use stoa_domain::kernel::page::{Cursor, Page, Start, Window};
use stoa_domain::kernel::rank::Rank;
use stoa_domain::kernel::store_error::StoreError;

use crate::subject::Subject;
use crate::world::{Tenant, World, at, parsed};

const LIFE: i64 = 72 * 3600;

/// An invitation nobody has stored yet, made at the n-th second with a token of its own.
fn invitation(world: &World<'_>, tenant: &Tenant, n: u8) -> Invitation {
    let addressee = Addressee::Email(parsed(&format!("colleague-{n}@example.com")));
    let terms = InvitationTerms { addressee, role: Rank::Member, profile: None };
    Invitation::new(world.id(), tenant.id(), tenant.owner.id, terms, TokenDigest([n; 32]), at(n.into()))
}

/// Whoever is reached by this number.
fn by_phone(number: &str) -> Addressee {
    Addressee::Phone(parsed(number))
}

fn stored(world: &World<'_>, tenant: &Tenant, n: u8) -> Invitation {
    let invitation = invitation(world, tenant, n);
    insert(world, &invitation).expect("a new invitation");
    invitation
}

fn insert(world: &World<'_>, invitation: &Invitation) -> Result<(), StoreError> {
    world.invitations(|tx| tx.invitations.insert(invitation))
}

fn found(world: &World<'_>, tenant: &Tenant, invitation: &Invitation) -> Option<Invitation> {
    world.invitations(|tx| tx.invitations.find(&tenant.scope, invitation.id)).expect("a look-up")
}

fn update(world: &World<'_>, tenant: &Tenant, before: &Invitation, after: &Invitation) -> Result<(), StoreError> {
    world.invitations(|tx| tx.invitations.update(&tenant.scope, before, after))
}

fn open(world: &World<'_>, n: u8, now: i64) -> Option<(Invitation, String)> {
    let open = world.invitations(|tx| tx.invitations.find_open(&TokenDigest([n; 32]), at(now))).expect("a look-up");
    open.map(|open| (open.invitation, open.organization_name))
}

fn accept(world: &World<'_>, n: u8, now: i64) -> bool {
    world.invitations(|tx| tx.invitations.accept(&TokenDigest([n; 32]), at(now))).expect("an answer")
}

fn listed(world: &World<'_>, status: Option<InvitationStatus>, now: i64, window: &Window) -> Page<Invitation> {
    world.invitations(|tx| tx.invitations.list(&world.ours.scope, status, at(now), window)).expect("a list")
}

/// Every field comes back, those that may be missing too.
pub fn an_invitation_is_found_as_it_was_added(store: &dyn Subject) {
    let world = World::new(store);
    let bare = stored(&world, &world.ours, 1);
    let fields = json!({"warehouse": "BUS-1", "note": "it's \"ö\" \\"}).as_object().cloned().expect("an object");
    let profile = Some(JoiningProfile::new(fields).expect("a short one"));
    let (role, ended_at) = (Rank::Admin, Some(at(900)));
    let status = InvitationStatus::Revoked;
    let addressee = by_phone("+821012345678");
    let full = Invitation { addressee, role, profile, status, ended_at, ..invitation(&world, &world.ours, 2) };
    insert(&world, &full).expect("a new invitation");
    for invitation in [bare, full] {
        assert_eq!(found(&world, &world.ours, &invitation), Some(invitation));
    }
}

/// "Of the scope's organization": it is neither found, changed nor listed from elsewhere.
pub fn an_invitation_is_out_of_reach_of_another_organization(store: &dyn Subject) {
    let world = World::new(store);
    let theirs = stored(&world, &world.theirs, 1);
    assert_eq!(found(&world, &world.ours, &theirs), None);
    let after = theirs.revoked(at(5)).expect("a pending one");
    assert_eq!(update(&world, &world.ours, &theirs, &after), Err(StoreError::Stale));
    let expire = |tenant: &Tenant| {
        world
            .invitations(|tx| tx.invitations.expire(&tenant.scope, &theirs.addressee, at(LIFE + 1)))
            .expect("an answer");
    };
    expire(&world.ours);
    assert_eq!(found(&world, &world.theirs, &theirs), Some(theirs.clone()));
    assert!(listed(&world, None, 5, &Window { start: Start::Offset(0), size: 9 }).items.is_empty());
    expire(&world.theirs);
    let noted = Invitation { status: InvitationStatus::Expired, ..theirs.clone() };
    assert_eq!(found(&world, &world.theirs, &theirs), Some(noted));
}

/// "[`StoreError::Duplicate`] if one of the organization is pending for this address; the transaction
/// stays usable."
pub fn one_invitation_is_pending_for_an_address_in_an_organization(store: &dyn Subject) {
    let world = World::new(store);
    let first = stored(&world, &world.ours, 1);
    let again = Invitation { addressee: first.addressee.clone(), ..invitation(&world, &world.ours, 2) };
    let other = invitation(&world, &world.ours, 3);
    let both = world.invitations(|tx| {
        assert_eq!(tx.invitations.insert(&again), Err(StoreError::Duplicate));
        tx.invitations.insert(&other)
    });
    assert_eq!(both, Ok(()));
    let elsewhere = Invitation { addressee: first.addressee.clone(), ..invitation(&world, &world.theirs, 4) };
    assert_eq!(insert(&world, &elsewhere), Ok(()), "of another organization");

    let revoked = first.revoked(at(5)).expect("a pending one");
    assert_eq!(update(&world, &world.ours, &first, &revoked), Ok(()));
    assert_eq!(insert(&world, &again), Ok(()), "the first is pending no more");
}

/// The same for a number; one is noted as expired, and others stay as they are.
pub fn one_invitation_is_pending_for_a_telephone_number_in_an_organization(store: &dyn Subject) {
    let world = World::new(store);
    let to =
        |number: &str, tenant: &Tenant, n| Invitation { addressee: by_phone(number), ..invitation(&world, tenant, n) };
    let (first, again) = (to("+821012345678", &world.ours, 1), to("+821012345678", &world.ours, 2));
    let other = to("+821012345679", &world.ours, 3);
    let by_email = stored(&world, &world.ours, 4);
    let all = world.invitations(|tx| {
        tx.invitations.insert(&first)?;
        assert_eq!(tx.invitations.insert(&again), Err(StoreError::Duplicate));
        tx.invitations.insert(&other)
    });
    assert_eq!(all, Ok(()));
    assert_eq!(insert(&world, &to("+821012345678", &world.theirs, 5)), Ok(()), "of another organization");
    let late = at(LIFE + 9);
    world.invitations(|tx| tx.invitations.expire(&world.ours.scope, &first.addressee, late)).expect("an answer");
    let statuses = [&first, &other, &by_email].map(|one| found(&world, &world.ours, one).map(|one| one.status));
    let [expired, pending] = [InvitationStatus::Expired, InvitationStatus::Pending].map(Some);
    assert_eq!(statuses, [expired, pending, pending]);
    assert_eq!(insert(&world, &again), Ok(()), "the first is pending no more");
    assert!(accept(&world, 2, 9));
    assert_eq!(insert(&world, &to("+821012345678", &world.ours, 6)), Ok(()), "neither is the second");
}

/// `expire`: "so that it stands in the way of no other", and only when its time has run out.
pub fn an_expired_invitation_stands_in_the_way_of_no_other(store: &dyn Subject) {
    let world = World::new(store);
    let first = stored(&world, &world.ours, 1);
    let again = Invitation { addressee: first.addressee.clone(), ..invitation(&world, &world.ours, 2) };
    let expire = |now| {
        world.invitations(|tx| tx.invitations.expire(&world.ours.scope, &first.addressee, at(now))).expect("an answer");
    };
    expire(LIFE);
    assert_eq!(insert(&world, &again), Err(StoreError::Duplicate), "it has a second left");
    expire(LIFE + 1);
    assert_eq!(insert(&world, &again), Ok(()));
    let noted = found(&world, &world.ours, &first).expect("the first");
    let anew = noted.sent_again(TokenDigest([9; 32]), at(LIFE + 2)).expect("an expired one");
    assert_eq!(update(&world, &world.ours, &noted, &anew), Err(StoreError::Duplicate), "beside another one");
}

/// `find_open`: "if it can be accepted at `now`".
pub fn an_open_invitation_is_found_by_its_token_until_it_ends(store: &dyn Subject) {
    let world = World::new(store);
    let (ours, theirs) = (stored(&world, &world.ours, 1), stored(&world, &world.theirs, 2));
    assert_eq!(open(&world, 1, 5), Some((ours.clone(), "Harbour Cold Store".to_owned())));
    assert_eq!(open(&world, 2, LIFE), Some((theirs, "Inland Cold Store".to_owned())));
    assert_eq!((open(&world, 3, 5), open(&world, 1, LIFE + 1)), (None, None));
    let again = ours.sent_again(TokenDigest([4; 32]), at(9)).expect("a pending one");
    assert_eq!(update(&world, &world.ours, &ours, &again), Ok(()));
    assert_eq!((open(&world, 1, 10), open(&world, 4, 10).map(|open| open.0)), (None, Some(again.clone())));
    let revoked = again.revoked(at(11)).expect("a pending one");
    assert_eq!(update(&world, &world.ours, &again, &revoked), Ok(()));
    assert_eq!(open(&world, 4, 12), None);
}

/// `update`: "from the same `before` exactly one succeeds".
pub fn an_invitation_is_changed_once_from_the_same_state(store: &dyn Subject) {
    let world = World::new(store);
    let before = stored(&world, &world.ours, 1);
    let sent = before.sent_again(TokenDigest([2; 32]), at(5)).expect("a pending one");
    let revoked = before.revoked(at(6)).expect("a pending one");
    assert_eq!(update(&world, &world.ours, &before, &sent), Ok(()));
    for late in [&sent, &revoked] {
        assert_eq!(update(&world, &world.ours, &before, late), Err(StoreError::Stale));
    }
    assert_eq!(found(&world, &world.ours, &before), Some(sent));
}

/// `accept`: once, in time, and no other than this.
pub fn an_invitation_is_accepted_once(store: &dyn Subject) {
    let world = World::new(store);
    let (ours, theirs) = (stored(&world, &world.ours, 1), stored(&world, &world.theirs, 2));
    assert!(!accept(&world, 1, LIFE + 1) && !accept(&world, 3, 5));
    assert_eq!([accept(&world, 1, 5), accept(&world, 1, 5)], [true, false]);
    let accepted = Invitation { status: InvitationStatus::Accepted, ended_at: Some(at(5)), ..ours };
    assert_eq!(found(&world, &world.ours, &accepted), Some(accepted.clone()));
    assert_eq!(found(&world, &world.theirs, &theirs), Some(theirs));
    let revoked = Invitation { status: InvitationStatus::Revoked, ..accepted.clone() };
    let pending = Invitation { status: InvitationStatus::Pending, ..accepted };
    assert_eq!(update(&world, &world.ours, &pending, &revoked), Err(StoreError::Stale));
}

/// "By time of making, of which this has become by `now`".
pub fn invitations_are_listed_by_time_of_making_and_by_status(store: &dyn Subject) {
    let world = World::new(store);
    let (third, first, second) =
        (stored(&world, &world.ours, 30), stored(&world, &world.ours, 10), stored(&world, &world.ours, 20));
    let fourth = stored(&world, &world.ours, 40);
    stored(&world, &world.theirs, 15);
    assert!(accept(&world, 40, 50));
    let noted = stored(&world, &world.ours, 5);
    world
        .invitations(|tx| tx.invitations.expire(&world.ours.scope, &noted.addressee, at(LIFE + 5)))
        .expect("an answer");

    let all = Window { start: Start::Offset(0), size: 9 };
    let ids = |status, now| -> Vec<_> {
        let page = listed(&world, status, now, &all);
        assert_eq!(page.total, Some(page.items.len() as u64));
        page.items.into_iter().map(|invitation| invitation.id).collect()
    };
    assert_eq!(ids(None, 50), [noted.id, first.id, second.id, third.id, fourth.id]);
    assert_eq!(ids(Some(InvitationStatus::Pending), LIFE + 20), [third.id], "at the very instant it has ended");
    assert_eq!(ids(Some(InvitationStatus::Expired), LIFE + 20), [noted.id, first.id, second.id]);
    assert_eq!(ids(Some(InvitationStatus::Accepted), LIFE + 20), [fourth.id]);
    assert_eq!(ids(Some(InvitationStatus::Revoked), 50), []);

    let page = listed(&world, Some(InvitationStatus::Pending), 50, &Window { start: Start::Offset(1), size: 1 });
    assert_eq!((page.items, page.total), (vec![second.clone()], Some(3)));
    let next = page.next.expect("one more");
    let value = (at(0) + Duration::seconds(20)).timestamp_micros().to_string();
    assert_eq!(next, Cursor { sort: BY_CREATION.into(), value, id: second.id.as_uuid() });
    let rest = listed(&world, Some(InvitationStatus::Pending), 50, &Window { start: Start::After(next), size: 9 });
    assert_eq!((rest.items, rest.total), (vec![third], None));
}
