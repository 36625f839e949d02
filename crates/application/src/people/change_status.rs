//! Someone who disables people suspends, archives or switches off a member, or ends that; a
//! platform administrator does so to an account. Sessions end at once.

use stoa_domain::audit::AuditEntry;
use stoa_domain::kernel::actor::{Actor, Forbidden, PlatformScope, TenantScope};
use stoa_domain::kernel::field::InvalidField;
use stoa_domain::kernel::ids::{OrganizationId, SessionId, UserId};
use stoa_domain::kernel::permission::{Permission, USER_DISABLE};
use stoa_domain::kernel::rank::Rank;
use stoa_domain::kernel::sources::Timestamp;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::membership::{Refusal, may_govern};
use stoa_domain::people::dto::SuspendRequest;
use stoa_domain::people::person::{Person, Place};
use stoa_domain::people::ports::PeopleTx;
use stoa_domain::people::restraint::{Misfit, Operation, Restraint, Status, StatusChange};
use thiserror::Error;

use super::footing::Footing;
use super::service::PeopleService;

/// What it takes in an organization; a platform administrator needs none.
pub const PERMISSION: Permission = USER_DISABLE;

/// Why the status was not changed.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum ChangeStatusError {
    /// The permission is missing, or the rank above the member's, or it is one's own account.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// A field means nothing.
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    /// The organization has no such member, or there is no such person.
    #[error("there is no such person")]
    NotFound,
    /// The operation does not fit the present status.
    #[error(transparent)]
    Misfit(#[from] Misfit),
    /// The owner always works in the organization.
    #[error("the owner cannot be kept out")]
    LastOwner,
    /// An organization with other members would be left without an active admin or owner.
    #[error("no other admin or owner is active")]
    LastAdmin,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Refusal> for ChangeStatusError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Owner => Self::LastOwner,
            Refusal::OwnerOnly => Self::Forbidden(Forbidden),
        }
    }
}

/// A person as the change has left them, and the sessions that have ended.
struct Changed {
    person: Person,
    ended: Vec<SessionId>,
}

impl PeopleService {
    /// Changes a person's status.
    ///
    /// # Errors
    /// See [`ChangeStatusError`].
    pub fn change_status(
        &self,
        actor: &Actor,
        id: UserId,
        operation: Operation,
        request: &SuspendRequest,
    ) -> Result<Person, ChangeStatusError> {
        let footing = Footing::of(actor, request.on, PERMISSION)?;
        if matches!(footing, Footing::Account(_)) && actor.is(id) {
            return Err(Forbidden.into());
        }
        let change = request.change(operation, self.sources.now())?;
        let Changed { person, ended } = self.work.run(&footing.control(), |tx| {
            // Before anything else: whoever is signing in is there by then, and ended, or sees what begins here.
            tx.credentials.lock(id)?;
            match &footing {
                Footing::Membership(scope) => self.change_membership(tx, actor, scope, id, &change),
                Footing::Account(scope) => self.change_account(tx, actor, scope, id, &change),
            }
        })?;
        if !ended.is_empty() {
            self.session_cache.forget(&ended);
        }
        Ok(person)
    }

    fn change_membership(
        &self,
        tx: &PeopleTx<'_>,
        actor: &Actor,
        scope: &TenantScope,
        id: UserId,
        change: &StatusChange,
    ) -> Result<Changed, ChangeStatusError> {
        tx.organizations.lock(scope)?;
        // Not before: what another one has begun while this one waited is in force.
        let now = self.sources.now();
        let person = tx.people.find_member(scope, id, now)?.ok_or(ChangeStatusError::NotFound)?;
        let place = person.place.ok_or(ChangeStatusError::NotFound)?;
        may_govern(actor.rank().ok_or(Forbidden)?, place.role)?;
        if change.operation.begins() && place.role != Rank::Member {
            leave_a_leader(tx, id, scope.tenant(), now)?;
        }
        let entry = AuditEntry::new(&self.sources, change.operation.action_on_member(), "member", id.as_uuid());
        let status = self.apply(tx, actor, (id, Some(scope.tenant())), change, entry)?;
        let ended = if change.operation.begins() { tx.sessions.revoke_in(scope, id, now)? } else { Vec::new() };
        Ok(Changed { person: Person { place: Some(Place { status, ..place }), ..person }, ended })
    }

    fn change_account(
        &self,
        tx: &PeopleTx<'_>,
        actor: &Actor,
        scope: &PlatformScope,
        id: UserId,
        change: &StatusChange,
    ) -> Result<Changed, ChangeStatusError> {
        // Both, in one order for all: of two who suspend each other one comes too late.
        for user in [actor.user_id.min(id), actor.user_id.max(id)] {
            tx.people.lock(user)?;
        }
        let led = if change.operation.begins() { tx.restraints.led_by(id)? } else { Vec::new() };
        for organization in &led {
            tx.organizations.lock(&scope.about(*organization))?;
        }
        // Not before: what another one has begun while this one waited is in force.
        let now = self.sources.now();
        if tx.restraints.in_force(actor.user_id, now)?.iter().any(Restraint::is_on_account) {
            return Err(Forbidden.into());
        }
        let person = tx.people.find(id, now)?.ok_or(ChangeStatusError::NotFound)?;
        for organization in led {
            leave_a_leader(tx, id, organization, now)?;
        }
        let entry = AuditEntry::new(&self.sources, change.operation.action_on_account(), "user", id.as_uuid());
        let status = self.apply(tx, actor, (id, None), change, entry)?;
        let ended = if change.operation.begins() { tx.own_sessions.end_all(id, None, now)? } else { Vec::new() };
        Ok(Changed { person: Person { account_status: status, ..person }, ended })
    }

    /// Begins or ends the restraint that the change is about, and records it; answers the status
    /// that this leaves.
    fn apply(
        &self,
        tx: &PeopleTx<'_>,
        actor: &Actor,
        to: (UserId, Option<OrganizationId>),
        change: &StatusChange,
        entry: AuditEntry,
    ) -> Result<Status, ChangeStatusError> {
        let now = entry.at;
        let mut in_force = tx.restraints.in_force(to.0, now)?;
        in_force.retain(|restraint| restraint.organization_id == to.1);
        let after = change.applied(to, &in_force, actor.user_id, self.sources.id(), now)?;
        match in_force.iter().position(|before| before.id == after.id) {
            None => {
                tx.restraints.begin(&after)?;
                tx.audit.record(&entry.created(&after))?;
                in_force.push(after);
            }
            Some(place) => {
                let before = in_force.swap_remove(place);
                tx.restraints.end(&after)?;
                tx.audit.record(&entry.changed(&before, &after))?;
            }
        }
        Ok(Status::under(&in_force))
    }
}

/// Whether the organization can do without this person.
fn leave_a_leader(
    tx: &PeopleTx<'_>,
    id: UserId,
    organization: OrganizationId,
    now: Timestamp,
) -> Result<(), ChangeStatusError> {
    if tx.restraints.is_last_leader(id, organization, now)? { Err(ChangeStatusError::LastAdmin) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{
        Store, actor, down, elsewhere, entry, home, kim, lee, lost, now, nth, person, platform_admin, program,
    };
    use super::*;
    use chrono::Duration;
    use serde_json::json;
    use stoa_domain::kernel::actor::ControlScope;
    use stoa_domain::kernel::ids::RestraintId;
    use stoa_domain::kernel::reason::Reason;
    use stoa_domain::kernel::unit_of_work::Mode;
    use stoa_domain::people::dto::Ground;
    use stoa_domain::people::restraint::{Ending, RestraintKind};

    fn because() -> SuspendRequest {
        SuspendRequest { reason: "Because".into(), until: None, on: None }
    }

    fn change(store: Store, by: &Actor, operation: Operation) -> Result<Person, ChangeStatusError> {
        store.service().change_status(by, lee().id, operation, &because())
    }

    /// A restraint of Lee that began a minute ago.
    fn present(kind: RestraintKind, organization_id: Option<OrganizationId>) -> Restraint {
        let from = now() - Duration::minutes(1);
        Restraint { id: nth(900).into(), user_id: lee().id, from, ..crate::fixture::restraint(kind, organization_id) }
    }

    /// The restraint that an operation of the admin Kim begins.
    fn begun(kind: RestraintKind, organization_id: Option<OrganizationId>) -> Restraint {
        Restraint { by: kim().id, user_id: lee().id, ..crate::fixture::restraint(kind, organization_id) }
    }

    /// Lee is a member of this rank, under these restraints.
    fn member(mut store: Store, role: Rank, in_force: Vec<Restraint>) -> Store {
        store.holds_password();
        store.organizations.expect_lock().withf(|scope| scope.tenant() == home()).times(1).returning(|_| Ok(()));
        store.has_member(lee().id, role);
        store
            .restraints
            .expect_in_force()
            .withf(|user, at| (*user, *at) == (lee().id, now()))
            .return_once(|_, _| Ok(in_force));
        store
    }

    /// Whether anybody else leads the organization.
    fn leads_alone(mut store: Store, alone: bool) -> Store {
        store
            .restraints
            .expect_is_last_leader()
            .withf(|user, organization, at| (*user, *organization, *at) == (lee().id, home(), now()))
            .times(1)
            .returning(move |_, _, _| Ok(alone));
        store
    }

    /// This restraint must begin, whatever its id.
    fn begins(mut store: Store, expected: Restraint) -> Store {
        let same = move |given: &Restraint, id: RestraintId| *given == Restraint { id, ..expected.clone() };
        store.restraints.expect_begin().withf(move |given| same(given, given.id)).times(1).returning(|_| Ok(()));
        store
    }

    fn audited(mut store: Store, action: &'static str, resource: &'static str) -> Store {
        store
            .audit
            .expect_record()
            .withf(move |entry| {
                (entry.action, entry.resource_type, entry.resource_id) == (action, resource, lee().id.as_uuid())
                    && entry.after.as_ref().is_some_and(|after| after["reason"] == "Because")
            })
            .times(1)
            .returning(|_| Ok(()));
        store
    }

    fn suspended(store: Store, role: Rank) -> Store {
        let store = begins(member(store, role, Vec::new()), begun(RestraintKind::Suspended, Some(home())));
        let mut store = audited(store, "member.suspend", "member");
        store
            .sessions
            .expect_revoke_in()
            .withf(|scope, user, at| (scope.tenant(), *user, *at) == (home(), lee().id, now()))
            .times(1)
            .returning(|_, _, _| Ok(vec![nth(70).into()]));
        store
    }

    /// Nothing may be written or forgotten.
    fn untouched(mut store: Store) -> Store {
        store.restraints.expect_begin().never();
        store.restraints.expect_end().never();
        store.sessions.expect_revoke_in().never();
        store.own_sessions.expect_end_all().never();
        store.audit.expect_record().never();
        store.session_cache.expect_forget().never();
        store
    }

    #[test]
    fn a_suspended_members_sessions_end_and_are_forgotten_after_the_commit() {
        let mut store = suspended(Store::default(), Rank::Member);
        store.forgets_after_commit(vec![nth(70).into()]);
        let transactions = store.transactions.clone();
        let admin = actor(Rank::Admin);
        let left = change(store, &admin, Operation::Suspend).unwrap();
        assert_eq!(left.place.unwrap().status, Status::Suspended);
        assert_eq!(left.account_status, Status::Active);
        assert_eq!(transactions.opened(), [(Mode::Write, admin.control())]);
    }

    #[test]
    fn what_ends_says_who_ended_it_and_ends_no_session() {
        let before = present(RestraintKind::Archived, Some(home()));
        let elsewhere = present(RestraintKind::Suspended, Some(elsewhere()));
        let mut store = member(Store::default(), Rank::Member, vec![elsewhere, before.clone()]);
        let ending = Ending { by: kim().id, reason: Reason::from_store("Because".into()) };
        let after = Restraint { until: Some(now()), ending: Some(ending.clone()), ..before.clone() };
        store.restraints.expect_end().withf(move |given| *given == after).times(1).returning(|_| Ok(()));
        store.audits(entry("member.restore", "member", lee().id.as_uuid()).changed(
            &json!({"until": null, "ending": null}),
            &json!({"until": crate::fixture::NOW, "ending": ending}),
        ));
        store.sessions.expect_revoke_in().never();
        store.session_cache.expect_forget().never();
        let left = change(store, &actor(Rank::Admin), Operation::Restore).unwrap();
        assert_eq!(left.place.unwrap().status, Status::Active);
    }

    #[test]
    fn what_was_in_force_beneath_stays_in_force() {
        let in_force = [RestraintKind::Inactive, RestraintKind::Archived]
            .map(|kind| Restraint { id: nth(kind as u64).into(), ..present(kind, Some(home())) });
        let mut store = member(Store::default(), Rank::Member, in_force.to_vec());
        store.restraints.expect_end().times(1).returning(|_| Ok(()));
        let store = {
            store.audit.expect_record().times(1).returning(|_| Ok(()));
            store
        };
        let left = change(store, &actor(Rank::Owner), Operation::Restore).unwrap();
        assert_eq!(left.place.unwrap().status, Status::Inactive);
    }

    #[test]
    fn the_owner_suspends_an_admin_while_somebody_else_leads() {
        let mut store = leads_alone(suspended(Store::default(), Rank::Admin), false);
        store.forgets_after_commit(vec![nth(70).into()]);
        assert!(change(store, &actor(Rank::Owner), Operation::Suspend).is_ok());
        let mut store = untouched(leads_alone(Store::default(), true));
        store.holds_password();
        store.organizations.expect_lock().returning(|_| Ok(()));
        store.has_member(lee().id, Rank::Admin);
        assert_eq!(change(store, &actor(Rank::Owner), Operation::Suspend), Err(ChangeStatusError::LastAdmin));
    }

    #[test]
    fn an_admin_has_no_say_over_admins_and_nobody_over_the_owner() {
        for (by, role, expected) in [
            (Rank::Admin, Rank::Admin, ChangeStatusError::Forbidden(Forbidden)),
            (Rank::Admin, Rank::Owner, ChangeStatusError::LastOwner),
            (Rank::Owner, Rank::Owner, ChangeStatusError::LastOwner),
        ] {
            let mut store = untouched(Store::default());
            store.holds_password();
            store.organizations.expect_lock().returning(|_| Ok(()));
            store.has_member(lee().id, role);
            assert_eq!(change(store, &actor(by), Operation::Archive), Err(expected));
        }
    }

    #[test]
    fn without_the_permission_nothing_is_read() {
        for by in [actor(Rank::Member), program(Rank::Admin, &[])] {
            let result = change(Store::default(), &by, Operation::Suspend);
            assert_eq!(result, Err(ChangeStatusError::Forbidden(Forbidden)));
        }
        let on_account = SuspendRequest { on: Some(Ground::Account), ..because() };
        let result =
            Store::default().service().change_status(&actor(Rank::Owner), lee().id, Operation::Suspend, &on_account);
        assert_eq!(result, Err(ChangeStatusError::Forbidden(Forbidden)));
    }

    #[test]
    fn what_does_not_fit_is_a_conflict() {
        for (operation, in_force) in [
            (Operation::Activate, vec![]),
            (Operation::Suspend, vec![present(RestraintKind::Suspended, Some(home()))]),
            (Operation::Suspend, vec![present(RestraintKind::Archived, Some(home()))]),
            (Operation::Reinstate, vec![present(RestraintKind::Suspended, Some(elsewhere()))]),
            (Operation::Reinstate, vec![present(RestraintKind::Suspended, None)]),
        ] {
            let store = untouched(member(Store::default(), Rank::Member, in_force));
            assert_eq!(change(store, &actor(Rank::Admin), operation), Err(ChangeStatusError::Misfit(Misfit)));
        }
    }

    #[test]
    fn a_field_that_means_nothing_is_named_and_nothing_is_read() {
        for (request, field) in [
            (SuspendRequest { reason: " ".into(), ..because() }, "reason"),
            (SuspendRequest { until: Some("tomorrow".into()), ..because() }, "until"),
            (SuspendRequest { until: Some(crate::fixture::NOW.into()), ..because() }, "until"),
        ] {
            match Store::default().service().change_status(&actor(Rank::Admin), lee().id, Operation::Suspend, &request)
            {
                Err(ChangeStatusError::Invalid(invalid)) => assert_eq!(invalid.field, field),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn somebody_who_does_not_belong_is_not_found() {
        let mut store = untouched(Store::default());
        store.holds_password();
        store.organizations.expect_lock().returning(|_| Ok(()));
        store.people.expect_find_member().times(1).returning(|_, _, _| Ok(None));
        assert_eq!(change(store, &actor(Rank::Owner), Operation::Suspend), Err(ChangeStatusError::NotFound));
    }

    /// Both accounts are locked in one order, and these restraints are in force.
    fn accounts(mut store: Store, of_actor: Vec<Restraint>, of_lee: Vec<Restraint>) -> Store {
        store.holds_password();
        store.people.expect_lock().withf(|user| *user == kim().id || *user == lee().id).times(2).returning(|_| Ok(()));
        store.restraints.expect_in_force().withf(|user, _| *user == kim().id).return_once(|_, _| Ok(of_actor));
        store.restraints.expect_in_force().withf(|user, _| *user == lee().id).return_once(|_, _| Ok(of_lee));
        store.people.expect_find().returning(|_, _| Ok(Some(person(&lee(), None))));
        store
    }

    fn leads(mut store: Store, organizations: Vec<OrganizationId>) -> Store {
        store.restraints.expect_led_by().withf(|user| *user == lee().id).return_once(|_| Ok(organizations));
        store
    }

    fn suspended_everywhere(store: Store) -> Store {
        let store = leads(accounts(store, Vec::new(), Vec::new()), vec![home()]);
        let mut store = leads_alone(begins(store, begun(RestraintKind::Suspended, None)), false);
        store.organizations.expect_lock().withf(|scope| scope.tenant() == home()).times(1).returning(|_| Ok(()));
        store
            .own_sessions
            .expect_end_all()
            .withf(|user, keep, at| (*user, *keep, *at) == (lee().id, None, now()))
            .times(1)
            .returning(|_, _, _| Ok(vec![nth(70).into(), nth(71).into()]));
        audited(store, "user.suspend", "user")
    }

    #[test]
    fn the_platform_suspends_an_account_and_every_session_ends() {
        let mut store = suspended_everywhere(Store::default());
        store.forgets_after_commit(vec![nth(70).into(), nth(71).into()]);
        let transactions = store.transactions.clone();
        let left = change(store, &platform_admin(), Operation::Suspend).unwrap();
        assert_eq!((left.account_status, left.place), (Status::Suspended, None));
        let expected: ControlScope = platform_admin().authorize_platform().unwrap().control();
        assert_eq!(transactions.opened(), [(Mode::Write, expected)]);
    }

    #[test]
    fn an_organization_keeps_a_leader_whatever_the_platform_does() {
        let store = untouched(leads(accounts(Store::default(), Vec::new(), Vec::new()), vec![home()]));
        let mut store = leads_alone(store, true);
        store.organizations.expect_lock().returning(|_| Ok(()));
        assert_eq!(change(store, &platform_admin(), Operation::Archive), Err(ChangeStatusError::LastAdmin));
    }

    #[test]
    fn nobody_acts_on_their_own_account_nor_after_being_suspended() {
        let result =
            Store::default().service().change_status(&platform_admin(), kim().id, Operation::Suspend, &because());
        assert_eq!(result, Err(ChangeStatusError::Forbidden(Forbidden)));
        let on_kim = crate::fixture::restraint(RestraintKind::Suspended, None);
        let store = untouched(leads(accounts(Store::default(), vec![on_kim], Vec::new()), Vec::new()));
        let result = change(store, &platform_admin(), Operation::Suspend);
        assert_eq!(result, Err(ChangeStatusError::Forbidden(Forbidden)));
    }

    #[test]
    fn an_account_that_is_not_there_is_not_found() {
        let mut store = untouched(leads(Store::default(), Vec::new()));
        store.holds_password();
        store.people.expect_lock().returning(|_| Ok(()));
        store.restraints.expect_in_force().returning(|_, _| Ok(Vec::new()));
        store.people.expect_find().returning(|_, _| Ok(None));
        assert_eq!(change(store, &platform_admin(), Operation::Suspend), Err(ChangeStatusError::NotFound));
    }

    #[test]
    fn whoever_is_signing_in_is_waited_for_before_anything_is_looked_at() {
        for by in [actor(Rank::Admin), platform_admin()] {
            let mut store = untouched(Store::default());
            store.credentials.expect_lock().withf(|user| *user == lee().id).times(1).returning(|_| Err(down()));
            let result = change(store, &by, Operation::Suspend);
            assert_eq!(result, Err(ChangeStatusError::Store(down())));
        }
    }

    #[test]
    fn sessions_that_cannot_be_ended_and_entries_that_cannot_be_written_undo_it() {
        let store = || {
            begins(member(Store::default(), Rank::Member, Vec::new()), begun(RestraintKind::Suspended, Some(home())))
        };
        let mut lasting = audited(store(), "member.suspend", "member");
        lasting.sessions.expect_revoke_in().returning(|_, _, _| Err(down()));
        let mut unaudited = store();
        unaudited.audit.expect_record().returning(|_| Err(down()));
        for mut store in [lasting, unaudited] {
            store.session_cache.expect_forget().never();
            let transactions = store.transactions.clone();
            let result = change(store, &actor(Rank::Admin), Operation::Suspend);
            assert_eq!((result, transactions.committed()), (Err(ChangeStatusError::Store(down())), false));
        }
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said_and_forgets_no_session() {
        let failing = suspended(Store::whose_commit_fails(), Rank::Member);
        for (mut store, error) in [(Store::which_is_down(), down()), (failing, lost())] {
            store.session_cache.expect_forget().never();
            let result = change(store, &actor(Rank::Admin), Operation::Suspend);
            assert_eq!(result, Err(ChangeStatusError::Store(error)));
        }
    }
}
