//! Joining: a person becomes a member, and is given what newcomers are given.

use stoa_domain::access::assignment::Assignment;
use stoa_domain::access::ports::AssignmentRepository;
use stoa_domain::audit::{AuditEntry, AuditTrail};
use stoa_domain::kernel::sources::Sources;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::membership::Membership;
use stoa_domain::organizations::ports::MemberRepository;

/// The ports that a joining writes through.
pub(crate) struct Joining<'t> {
    pub(crate) members: &'t dyn MemberRepository,
    pub(crate) assignments: &'t dyn AssignmentRepository,
    pub(crate) audit: &'t dyn AuditTrail,
    pub(crate) sources: &'t Sources,
}

/// Lets a person in. [`StoreError::Duplicate`] means that they belong already.
pub(crate) fn join(tx: &Joining<'_>, membership: &Membership) -> Result<(), StoreError> {
    let Membership { organization_id, user_id, joined_at, .. } = *membership;
    tx.members.insert(membership)?;
    let entry = AuditEntry::new(tx.sources, "member.add", "member", user_id.as_uuid());
    tx.audit.record(&entry.created(membership))?;
    for role in tx.assignments.list_default_roles(organization_id)? {
        let given = Assignment::at_joining(tx.sources.id(), organization_id, user_id, role, joined_at);
        tx.assignments.insert(&given)?;
        let entry = AuditEntry::new(tx.sources, "role.assign", "role_assignment", given.id.as_uuid());
        tx.audit.record(&entry.created(&given))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, down, home, kim, now};
    use super::*;
    use crate::fixture::{entry, nth, sources};
    use stoa_domain::access::templates::VIEWER;
    use stoa_domain::kernel::rank::Rank;

    fn membership() -> Membership {
        Membership { organization_id: home(), user_id: kim().id, role: Rank::Member, joined_at: now() }
    }

    fn joined(store: &Store) -> Result<(), StoreError> {
        let joining = Joining {
            members: &store.members,
            assignments: &store.assignments,
            audit: &store.audit,
            sources: &sources(),
        };
        join(&joining, &membership())
    }

    #[test]
    fn newcomers_are_given_their_roles_and_the_trail_shows_each() {
        let mut store = Store::default();
        store.members.expect_insert().withf(|given| *given == membership()).times(1).returning(|_| Ok(()));
        store.assignments.expect_list_default_roles().times(1).returning(|_| Ok(vec![VIEWER.id()]));
        let given = Assignment::at_joining(nth(1).into(), home(), kim().id, VIEWER.id(), now());
        let shown = given.clone();
        store.assignments.expect_insert().withf(move |inserted| *inserted == given).times(1).returning(|_| Ok(()));
        store.audits(entry("member.add", "member", kim().id.as_uuid()).created(&membership()));
        store.audits(entry("role.assign", "role_assignment", shown.id.as_uuid()).created(&shown));
        assert_eq!(joined(&store), Ok(()));
    }

    #[test]
    fn a_role_that_cannot_be_given_keeps_the_person_out() {
        let mut store = Store::default();
        store.members.expect_insert().returning(|_| Ok(()));
        store.audit.expect_record().returning(|_| Ok(()));
        store.assignments.expect_list_default_roles().returning(|_| Ok(vec![VIEWER.id()]));
        store.assignments.expect_insert().returning(|_| Err(down()));
        assert_eq!(joined(&store), Err(down()));
    }
}
