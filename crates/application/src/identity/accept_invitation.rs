//! Somebody who was sent an invitation accepts it and is signed in to the organization.

use serde_json::Value;
use stoa_domain::audit::personal::marked;
use stoa_domain::audit::{AuditEntry, picture};
use stoa_domain::identity::password::Password;
use stoa_domain::identity::ports::{HashingError, IdentityTx};
use stoa_domain::identity::token::{SigningError, TokenDigest};
use stoa_domain::identity::user::User;
use stoa_domain::invitations::dto::AcceptInvitationRequest;
use stoa_domain::invitations::invitation::{Addressee, Invitation, InvitationStatus};
use stoa_domain::kernel::actor::{Actor, ControlScope, Origin, Stamp};
use stoa_domain::kernel::email::Email;
use stoa_domain::kernel::field::{Flaw, InvalidField, Parsed};
use stoa_domain::kernel::ids::UserId;
use stoa_domain::kernel::name::Name;
use stoa_domain::kernel::phone::Phone;
use stoa_domain::kernel::sources::Timestamp;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::membership::Membership;
use stoa_domain::organizations::organization::Affiliation;
use thiserror::Error;

use super::opening::Opening;
use super::own_session::SessionEnded;
use super::register::Registered;
use super::service::IdentityService;
use crate::organizations::{Joining, join};

const REQUIRED: Flaw = Flaw { code: "required", message: "is required" };
const ADDRESS_KNOWN: Flaw = Flaw { code: "unexpected", message: "must not be given where the address is known" };

/// Why nobody has joined.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum AcceptInvitationError {
    /// This installation takes no strangers, not even invited ones.
    #[error("registration is closed")]
    Closed,
    /// The token is unknown, spent or expired, or the invitation was revoked, or its organization is
    /// suspended or archived.
    #[error("the token is not valid")]
    InvalidToken,
    /// A field is missing or means nothing.
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    /// The address has an account: its person must be signed in.
    #[error("the address has an account")]
    SignInFirst,
    /// The invitation is for somebody else.
    #[error("the invitation is for another address")]
    AnotherPerson,
    /// The person belongs to the organization already.
    #[error("the person is a member already")]
    DuplicateMember,
    /// The session has ended meanwhile.
    #[error(transparent)]
    Ended(#[from] SessionEnded),
    /// The password could not be hashed.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// The tokens could not be signed.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a newcomer has to say.
struct Newcomer {
    email: Option<Email>,
    name: Name,
    password: Password,
}

impl Newcomer {
    fn of(request: &AcceptInvitationRequest) -> Result<Self, InvalidField> {
        let password = request.password.as_ref().ok_or(REQUIRED.at("password"))?;
        let name = request.name.as_ref().ok_or(REQUIRED.at("name"))?;
        Ok(Self {
            email: request.email.as_ref().map(|email| Email::parse_field("email", email)).transpose()?,
            password: Password::parse_field("password", password.expose())?,
            name: Name::parse_field("name", name)?,
        })
    }

    /// The account they will have.
    fn user(&self, id: UserId, addressee: &Addressee, now: Timestamp) -> Result<User, InvalidField> {
        let of_address = |email: &Email| User::new(id, email.clone(), self.name.clone(), now);
        let user = match (addressee, &self.email) {
            // The token came by a letter to the address.
            (Addressee::Email(email), None) => User { email_verified_at: Some(now), ..of_address(email) },
            (Addressee::Phone(phone), Some(email)) => User { phone: Some(phone.clone()), ..of_address(email) },
            (Addressee::Email(_), Some(_)) => return Err(ADDRESS_KNOWN.at("email")),
            (Addressee::Phone(_), None) => return Err(REQUIRED.at("email")),
        };
        self.password.suits(&user.email, &user.name).map_err(|flaw| flaw.at("password"))?;
        Ok(user)
    }
}

impl IdentityService {
    /// Makes a person of whoever has no account, and a member of them. Where the invitation is for a telephone number,
    /// the letter that verifies their address is left.
    ///
    /// # Errors
    /// See [`AcceptInvitationError`].
    pub fn accept_invitation(
        &self,
        origin: Origin,
        request: &AcceptInvitationRequest,
    ) -> Result<Registered, AcceptInvitationError> {
        if !self.policy.registration.takes_invited() {
            return Err(AcceptInvitationError::Closed);
        }
        let newcomer = Newcomer::of(request)?;
        let (digest, now) = (self.refresh_tokens.digest(&request.token), self.sources.now());
        // Asked before the costly hash; decided by the acceptance.
        let invitation = self.open_invitation(&digest, now)?;
        let user = newcomer.user(self.sources.id(), &invitation.addressee, now)?;
        if self.is_registered(&user.email)? {
            return Err(AcceptInvitationError::SignInFirst);
        }
        let hash = self.passwords.hash(newcomer.password.secret())?;
        let opening = self.open_session(&user, Some((invitation.organization_id, invitation.role)), origin.clone())?;
        let unverified = user.email_verified_at.is_none();
        let verification = unverified.then(|| self.make_verification()).transpose()?;
        let scope = ControlScope::new(Stamp::user(user.id, origin)).about(invitation.organization_id);

        let joined = self.work.run(&scope, |tx| {
            tx.users.insert(&user).map_err(|error| error.or_duplicate(AcceptInvitationError::SignInFirst))?;
            tx.credentials.put(user.id, &hash, now)?;
            let entry = AuditEntry::new(&self.sources, "user.register", "user", user.id.as_uuid());
            tx.audit.record(&entry.created(&user))?;
            if let Some(verification) = verification {
                verification.leave(self, tx, &user)?;
            }
            self.join(tx, user, &invitation, now, opening)
        })?;
        if unverified {
            self.bell.ring();
        }
        Ok(joined)
    }

    /// Makes a member of whoever is signed in under the address of the invitation, or of anybody who is signed in where
    /// it is for a telephone number, which they are given if they have none; the session at hand goes on.
    ///
    /// # Errors
    /// See [`AcceptInvitationError`].
    pub fn accept_invitation_signed_in(
        &self,
        actor: &Actor,
        request: &AcceptInvitationRequest,
    ) -> Result<Registered, AcceptInvitationError> {
        if request.email.is_some() {
            return Err(ADDRESS_KNOWN.at("email").into());
        }
        let (digest, now) = (self.refresh_tokens.digest(&request.token), self.sources.now());
        let invitation = self.open_invitation(&digest, now)?;
        let organization = invitation.organization_id;

        self.work.run(&actor.control().about(organization), |tx| {
            self.hold_session::<AcceptInvitationError>(tx, actor)?;
            let account = tx.users.find_account(actor.user_id)?;
            let mut user = account.ok_or(AcceptInvitationError::AnotherPerson)?.user;
            if invitation.addressee.email().is_some_and(|email| *email != user.email) {
                return Err(AcceptInvitationError::AnotherPerson);
            }
            let opening = self.open_session(&user, Some((organization, invitation.role)), actor.origin.clone())?;
            match &invitation.addressee {
                // The token came by a letter to the address.
                Addressee::Email(_) => self.note_verified(tx, user.id, now)?,
                Addressee::Phone(phone) => self.note_phone(tx, &mut user, phone, now)?,
            }
            self.join(tx, user, &invitation, now, opening)
        })
    }

    /// Notes the telephone number, if none is known of the person.
    fn note_phone(
        &self,
        tx: &IdentityTx<'_>,
        user: &mut User,
        phone: &Phone,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if tx.users.note_phone(user.id, phone, now)? {
            let entry = AuditEntry::new(&self.sources, "profile.update", "user", user.id.as_uuid());
            let (before, after) = (picture([("phone", Value::Null)]), picture([("phone", marked(phone))]));
            tx.audit.record(&entry.changed(&before, &after))?;
            user.phone = Some(phone.clone());
        }
        Ok(())
    }

    fn open_invitation(&self, digest: &TokenDigest, now: Timestamp) -> Result<Invitation, AcceptInvitationError> {
        let scope = ControlScope::new(Stamp::system());
        let open = self.work.statement(&scope, |tx| tx.invitations.find_open(digest, now))?;
        open.map(|open| open.invitation).ok_or(AcceptInvitationError::InvalidToken)
    }

    /// Spends the invitation, and lets the person in.
    fn join(
        &self,
        tx: &IdentityTx<'_>,
        user: User,
        invitation: &Invitation,
        now: Timestamp,
        opening: Opening,
    ) -> Result<Registered, AcceptInvitationError> {
        if !tx.invitations.accept(&invitation.digest, now)? {
            return Err(AcceptInvitationError::InvalidToken);
        }
        let id = invitation.id.as_uuid();
        let accepted = Invitation { status: InvitationStatus::Accepted, ended_at: Some(now), ..invitation.clone() };
        let entry = AuditEntry::new(&self.sources, "invitation.accept", "invitation", id);
        tx.audit.record(&entry.changed(invitation, &accepted))?;

        let (organization_id, role) = (invitation.organization_id, invitation.role);
        let membership = Membership { organization_id, user_id: user.id, role, joined_at: now };
        let joining =
            Joining { members: tx.members, assignments: tx.assignments, audit: tx.audit, sources: &self.sources };
        let joined = join(&joining, &membership);
        joined.map_err(|error| error.or_duplicate(AcceptInvitationError::DuplicateMember))?;

        let tokens = opening.save(tx)?;
        let account = tx.users.find_account(user.id)?;
        let places = account.into_iter().flat_map(|account| account.organizations);
        let organization = places.into_iter().find(|place: &Affiliation| place.organization_id == organization_id);
        let organization = organization.filter(Affiliation::admits).ok_or(AcceptInvitationError::InvalidToken)?;
        Ok(Registered { user, organization, tokens })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{
        DIGEST, PASSWORD, Store, TOKENS, actor, affiliation, down, elsewhere, entry, kim, lost, now, nth, origin,
        session, shown,
    };
    use super::*;
    use crate::fixture::{NOW, lee};
    use serde_json::json;
    use stoa_domain::identity::user::Account;
    use stoa_domain::invitations::invitation::{InvitationTerms, OpenInvitation};
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;
    use uuid::Uuid;

    const TOKEN: TokenDigest = TokenDigest([9; 32]);

    fn request() -> AcceptInvitationRequest {
        let name = Some(kim().name.as_str().to_owned());
        AcceptInvitationRequest { token: "token".into(), email: None, password: Some(PASSWORD.into()), name }
    }

    /// The same, with Kim's address.
    fn with_address() -> AcceptInvitationRequest {
        AcceptInvitationRequest { email: Some(" Kim@Example.com".into()), ..request() }
    }

    fn alone() -> AcceptInvitationRequest {
        AcceptInvitationRequest { password: None, name: None, ..request() }
    }

    fn phone() -> Phone {
        Phone::from_store("+821012345678".into())
    }

    /// Lee's invitation into an organization Kim does not belong to.
    fn invitation(addressee: Addressee) -> Invitation {
        let terms = InvitationTerms { addressee, role: Rank::Member, profile: None };
        Invitation::new(Uuid::from_u128(0x14).into(), elsewhere(), lee().id, terms, TOKEN, now())
    }

    #[test]
    fn where_nobody_is_let_in_an_invitation_lets_nobody_in() {
        let result = Store::closed_to_strangers().service().accept_invitation(origin(), &request());
        assert_eq!(result.unwrap_err(), AcceptInvitationError::Closed);
    }

    /// The token is that of an open invitation for this address.
    fn open(store: Store, email: Email) -> Store {
        open_to(store, Addressee::Email(email))
    }

    fn open_to(mut store: Store, addressee: Addressee) -> Store {
        store.token_source.expect_digest().withf(|token| token.expose() == "token").times(1).return_const(TOKEN);
        let found = OpenInvitation { invitation: invitation(addressee), organization_name: "Harbour".into() };
        store
            .invitations
            .expect_find_open()
            .withf(|digest, at| (*digest, *at) == (TOKEN, now()))
            .return_once(|_, _| Ok(Some(found)));
        store
    }

    /// Nobody is registered under Kim's address, and the password is hashed.
    fn hashed(store: Store) -> Store {
        hashed_for(store, Addressee::Email(kim().email))
    }

    fn hashed_for(store: Store, addressee: Addressee) -> Store {
        let mut store = open_to(store, addressee);
        store.users.expect_find_by_email().withf(|email| *email == kim().email).times(1).returning(|_| Ok(None));
        store.hashes();
        store
    }

    /// The invitation is spent, and the person of this id joins.
    fn joins(store: &mut Store, user: Uuid, session: Uuid) {
        store
            .invitations
            .expect_accept()
            .withf(|digest, at| (*digest, *at) == (TOKEN, now()))
            .times(1)
            .returning(|_, _| Ok(true));
        let (before, after) =
            (json!({ "status": "pending", "ended_at": null }), json!({ "status": "accepted", "ended_at": NOW }));
        store.audits(entry("invitation.accept", "invitation", Uuid::from_u128(0x14)).changed(&before, &after));
        let membership =
            Membership { organization_id: elsewhere(), user_id: user.into(), role: Rank::Member, joined_at: now() };
        store.members.expect_insert().withf(move |given| *given == membership).times(1).returning(|_| Ok(()));
        store.audits(entry("member.add", "member", user).created(&membership));
        store.assignments.expect_list_default_roles().times(1).returning(|_| Ok(vec![]));
        store.opens_session(session, user.into(), Some((elsewhere(), Rank::Member)));
    }

    fn knows(store: &mut Store, user: User, organizations: Vec<Affiliation>) {
        store
            .users
            .expect_find_account()
            .returning(move |_| Ok(Some(Account { user: user.clone(), organizations: organizations.clone() })));
    }

    fn registers(store: Store) -> Store {
        let user = User { id: nth(0).into(), email_verified_at: Some(now()), ..kim() };
        registers_as(hashed(store), &user)
    }

    fn registers_as(mut store: Store, user: &User) -> Store {
        let inserted = user.clone();
        store.users.expect_insert().withf(move |given| *given == inserted).times(1).returning(|_| Ok(()));
        store.keeps_hash_of(nth(0).into());
        store.audits(entry("user.register", "user", nth(0)).created(user));
        store
    }

    /// Kim as a newcomer who was invited by telephone.
    fn reached_by_phone() -> User {
        User { id: nth(0).into(), phone: Some(phone()), ..kim() }
    }

    /// Whoever was called joins, and is written to at their address.
    fn accepted_by_phone(store: Store) -> Store {
        let mut store = registers_as(hashed_for(store, Addressee::Phone(phone())), &reached_by_phone());
        joins(&mut store, nth(0), nth(1));
        knows(&mut store, reached_by_phone(), vec![affiliation(elsewhere(), Rank::Member)]);
        store.makes_opaque_token();
        store.leaves_verification(&reached_by_phone());
        store
    }

    /// Kim, who has this number, joins by that of the invitation.
    fn accepted_signed_in_by_phone(store: Store, own: Option<Phone>) -> Store {
        let mut store = open_to(store, Addressee::Phone(phone()));
        store.holds_session(Some(session()));
        let news = own.is_none();
        store
            .users
            .expect_note_phone()
            .withf(|user, number, at| (*user, number, *at) == (kim().id, &phone(), now()))
            .times(1)
            .returning(move |_, _, _| Ok(news));
        if news {
            let (before, after) = (json!({ "phone": null }), json!({ "phone": marked(&phone()) }));
            store.audits(entry("profile.update", "user", kim().id.as_uuid()).changed(&before, &after));
        }
        joins(&mut store, kim().id.as_uuid(), nth(0));
        let known = User { phone: own, ..kim() };
        knows(&mut store, known, vec![affiliation(elsewhere(), Rank::Member)]);
        store
    }

    fn accepted(store: Store) -> Store {
        let mut store = registers(store);
        joins(&mut store, nth(0), nth(1));
        knows(
            &mut store,
            User { id: nth(0).into(), email_verified_at: Some(now()), ..kim() },
            vec![affiliation(elsewhere(), Rank::Member)],
        );
        store
    }

    fn accepted_signed_in(store: Store) -> Store {
        let mut store = open(store, kim().email);
        store.holds_session(Some(session()));
        store.verifies(kim().id);
        joins(&mut store, kim().id.as_uuid(), nth(0));
        knows(&mut store, kim(), vec![affiliation(elsewhere(), Rank::Member)]);
        store
    }

    fn refused(store: Store) -> AcceptInvitationError {
        store.service().accept_invitation(origin(), &request()).unwrap_err()
    }

    #[test]
    fn a_newcomer_is_registered_joins_and_is_signed_in_there() {
        let store = accepted(Store::default());
        let transactions = store.transactions.clone();
        let joined = store.service().accept_invitation(origin(), &request()).unwrap();
        assert_eq!(joined.user, User { id: nth(0).into(), email_verified_at: Some(now()), ..kim() });
        assert_eq!((joined.organization.organization_id, joined.organization.rank), (elsewhere(), Rank::Member));
        assert_eq!(shown(&joined.tokens), TOKENS);
        let scope = ControlScope::new(Stamp::user(nth(0).into(), origin())).about(elsewhere());
        assert_eq!(transactions.opened().last(), Some(&(Mode::Write, scope)));
    }

    #[test]
    fn whoever_is_signed_in_under_the_address_joins_with_the_token_alone() {
        let store = accepted_signed_in(Store::default());
        let transactions = store.transactions.clone();
        let kim_there = actor(Rank::Owner);
        let joined = store.service().accept_invitation_signed_in(&kim_there, &alone()).unwrap();
        assert_eq!((joined.user, joined.organization.organization_id), (kim(), elsewhere()));
        let scope = kim_there.control().about(elsewhere());
        assert_eq!(transactions.opened().last(), Some(&(Mode::Write, scope)));
    }

    #[test]
    fn who_was_invited_by_telephone_brings_an_address_and_is_written_to() {
        let mut store = accepted_by_phone(Store::default());
        store.rings_after_commit();
        let joined = store.service().accept_invitation(origin(), &with_address()).unwrap();
        assert_eq!(joined.user, reached_by_phone());
        assert_eq!((joined.organization.organization_id, shown(&joined.tokens)), (elsewhere(), TOKENS));
    }

    #[test]
    fn whoever_is_signed_in_accepts_one_by_telephone_and_keeps_the_number_they_have() {
        let other = Phone::from_store("+4930123456".into());
        for (own, shown) in [(None, phone()), (Some(other.clone()), other)] {
            let service = accepted_signed_in_by_phone(Store::default(), own).service();
            let joined = service.accept_invitation_signed_in(&actor(Rank::Owner), &alone()).unwrap();
            assert_eq!(joined.user, User { phone: Some(shown), ..kim() });
        }
    }

    #[test]
    fn an_address_is_given_where_it_is_wanted_and_nowhere_else() {
        let by_phone = open_to(Store::default(), Addressee::Phone(phone())).service();
        let by_email = open(Store::default(), kim().email).service();
        let unasked = Store::default().service();
        for (result, code) in [
            (by_phone.accept_invitation(origin(), &request()), "required"),
            (by_email.accept_invitation(origin(), &with_address()), "unexpected"),
            (unasked.accept_invitation_signed_in(&actor(Rank::Owner), &with_address()), "unexpected"),
        ] {
            match result {
                Err(AcceptInvitationError::Invalid(invalid)) => {
                    assert_eq!((invalid.field, invalid.flaw.code), ("email", code));
                }
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn an_address_that_has_an_account_must_sign_in_however_its_person_was_invited() {
        let mut store = open_to(Store::default(), Addressee::Phone(phone()));
        store.users.expect_find_by_email().returning(|_| Ok(Some(kim())));
        let result = store.service().accept_invitation(origin(), &with_address());
        assert_eq!(result.unwrap_err(), AcceptInvitationError::SignInFirst);
    }

    #[test]
    fn a_session_that_was_ended_meanwhile_accepts_nothing() {
        let mut store = open(Store::default(), kim().email);
        store.holds_session(None);
        store.invitations.expect_accept().never();
        let result = store.service().accept_invitation_signed_in(&actor(Rank::Owner), &request());
        assert_eq!(result.unwrap_err(), AcceptInvitationError::Ended(SessionEnded));
    }

    #[test]
    fn somebody_else_who_is_signed_in_does_not_join() {
        let mut store = open(Store::default(), lee().email);
        store.holds_session(Some(session()));
        knows(&mut store, kim(), Vec::new());
        let result = store.service().accept_invitation_signed_in(&actor(Rank::Owner), &request());
        assert_eq!(result.unwrap_err(), AcceptInvitationError::AnotherPerson);
    }

    #[test]
    fn who_has_an_account_must_sign_in_and_nothing_is_hashed() {
        let mut store = open(Store::default(), kim().email);
        store.users.expect_find_by_email().returning(|_| Ok(Some(kim())));
        assert_eq!(refused(store), AcceptInvitationError::SignInFirst);
        let mut meanwhile = hashed(Store::default());
        meanwhile.makes_tokens(nth(1), nth(0).into(), Some((elsewhere(), Rank::Member)));
        meanwhile.users.expect_insert().returning(|_| Err(StoreError::Duplicate));
        assert_eq!(refused(meanwhile), AcceptInvitationError::SignInFirst);
    }

    #[test]
    fn a_token_that_is_no_good_costs_no_hash() {
        let mut store = Store::default();
        store.token_source.expect_digest().return_const(DIGEST);
        store.invitations.expect_find_open().returning(|_, _| Ok(None));
        assert_eq!(refused(store), AcceptInvitationError::InvalidToken);
    }

    #[test]
    fn an_invitation_spent_meanwhile_registers_nobody() {
        let mut store = registers(Store::default());
        store.makes_tokens(nth(1), nth(0).into(), Some((elsewhere(), Rank::Member)));
        store.invitations.expect_accept().returning(|_, _| Ok(false));
        let transactions = store.transactions.clone();
        assert_eq!((refused(store), transactions.committed()), (AcceptInvitationError::InvalidToken, false));
    }

    #[test]
    fn a_member_does_not_join_twice() {
        let mut store = open(Store::default(), kim().email);
        store.holds_session(Some(session()));
        knows(&mut store, kim(), vec![affiliation(elsewhere(), Rank::Member)]);
        store.makes_tokens(nth(0), kim().id, Some((elsewhere(), Rank::Member)));
        store.users.expect_mark_verified().returning(|_, _| Ok(false));
        store.invitations.expect_accept().returning(|_, _| Ok(true));
        store.audit.expect_record().returning(|_| Ok(()));
        store.members.expect_insert().returning(|_| Err(StoreError::Duplicate));
        let transactions = store.transactions.clone();
        let result = store.service().accept_invitation_signed_in(&actor(Rank::Owner), &request());
        let expected = (AcceptInvitationError::DuplicateMember, false);
        assert_eq!((result.unwrap_err(), transactions.committed()), expected);
    }

    #[test]
    fn what_a_newcomer_leaves_out_or_gets_wrong_is_named_and_nothing_is_read() {
        for (request, field, code) in [
            (AcceptInvitationRequest { password: None, ..request() }, "password", "required"),
            (AcceptInvitationRequest { name: None, ..request() }, "name", "required"),
            (AcceptInvitationRequest { password: Some("short".into()), ..request() }, "password", "length"),
            (AcceptInvitationRequest { email: Some("kim".into()), ..request() }, "email", "email"),
        ] {
            match Store::default().service().accept_invitation(origin(), &request) {
                Err(AcceptInvitationError::Invalid(invalid)) => {
                    assert_eq!((invalid.field, invalid.flaw.code), (field, code));
                }
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn a_password_that_holds_the_address_is_named() {
        let store = open(Store::default(), Email::from_store("correct-horse@example.com".into()));
        match refused(store) {
            AcceptInvitationError::Invalid(invalid) => {
                assert_eq!((invalid.field, invalid.flaw.code), ("password", "too_personal"));
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_hash_or_a_token_that_cannot_be_made_spends_no_invitation() {
        let mut unhashed = open(Store::default(), kim().email);
        unhashed.users.expect_find_by_email().returning(|_| Ok(None));
        unhashed.passwords.expect_hash().returning(|_| Err(HashingError("memory".into())));
        assert_eq!(refused(unhashed), AcceptInvitationError::Hashing(HashingError("memory".into())));
        let mut unsigned = hashed(Store::default());
        unsigned.signer.expect_sign().returning(|_| Err(SigningError("key".into())));
        assert_eq!(refused(unsigned), AcceptInvitationError::Signing(SigningError("key".into())));
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said() {
        let mut unreachable = Store::which_is_down();
        unreachable.token_source.expect_digest().return_const(TOKEN);
        for (store, error) in [(unreachable, down()), (accepted(Store::whose_commit_fails()), lost())] {
            assert_eq!(refused(store), AcceptInvitationError::Store(error));
        }
        let store = accepted_signed_in(Store::whose_commit_fails());
        let result = store.service().accept_invitation_signed_in(&actor(Rank::Owner), &request());
        assert_eq!(result.unwrap_err(), AcceptInvitationError::Store(lost()));
        let store = accepted_by_phone(Store::whose_commit_fails());
        let result = store.service().accept_invitation(origin(), &with_address());
        assert_eq!(result.unwrap_err(), AcceptInvitationError::Store(lost()));
    }
}
