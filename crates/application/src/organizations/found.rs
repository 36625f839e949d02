//! Founding: an organization comes to be, with its first person as owner.

use stoa_domain::audit::{AuditEntry, AuditTrail};
use stoa_domain::kernel::ids::{OrganizationId, UserId};
use stoa_domain::kernel::name::Name;
use stoa_domain::kernel::rank::Rank;
use stoa_domain::kernel::sources::Sources;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::business_profile::AccountType;
use stoa_domain::organizations::life_cycle::OrganizationStatus;
use stoa_domain::organizations::membership::Membership;
use stoa_domain::organizations::organization::{MemberOf, Organization, Slug};
use stoa_domain::organizations::ports::{MemberRepository, OrganizationRepository};

/// The ports that a founding writes through.
pub(crate) struct Founding<'t> {
    pub(crate) organizations: &'t dyn OrganizationRepository,
    pub(crate) members: &'t dyn MemberRepository,
    pub(crate) audit: &'t dyn AuditTrail,
    pub(crate) sources: &'t Sources,
}

/// Founds an organization under the first slug that is free.
pub(crate) fn found(
    tx: &Founding<'_>,
    id: OrganizationId,
    name: &Name,
    founder: UserId,
) -> Result<MemberOf, StoreError> {
    let now = tx.sources.now();
    let organization =
        insert_under_free_slug(tx.organizations, id, name, |slug| Organization::new(id, name.clone(), slug, now))?;
    tx.members.insert(&Membership { organization_id: id, user_id: founder, role: Rank::Owner, joined_at: now })?;
    let entry = AuditEntry::new(tx.sources, "organization.create", "organization", id.as_uuid());
    tx.audit.record(&entry.created(&organization))?;
    Ok(MemberOf {
        organization,
        rank: Rank::Owner,
        joined_at: now,
        status: OrganizationStatus::Active,
        account_type: AccountType::Personal,
    })
}

fn insert_under_free_slug(
    organizations: &dyn OrganizationRepository,
    id: OrganizationId,
    name: &Name,
    organization: impl Fn(Slug) -> Organization,
) -> Result<Organization, StoreError> {
    for slug in Slug::candidates(name, id) {
        let organization = organization(slug);
        match organizations.insert(&organization) {
            Err(StoreError::Duplicate) => {}
            Err(error) => return Err(error),
            Ok(()) => return Ok(organization),
        }
    }
    Err(StoreError::Internal("every slug is taken, even the one with the id in it".into()))
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, down, home, kim, member_of, now, organization};
    use super::*;

    fn founded(store: &Store) -> Result<MemberOf, StoreError> {
        let founding = Founding {
            organizations: &store.organizations,
            members: &store.members,
            audit: &store.audit,
            sources: &crate::fixture::sources(),
        };
        found(&founding, home(), &organization(home()).name, kim().id)
    }

    /// A store in which these slugs are taken.
    fn taken(slugs: &'static [&'static str]) -> Store {
        let mut store = Store::default();
        store.organizations.expect_insert().returning(|organization| {
            if slugs.contains(&organization.slug.as_str()) { Err(StoreError::Duplicate) } else { Ok(()) }
        });
        store
    }

    #[test]
    fn the_first_person_is_the_owner_from_the_first_moment() {
        let mut store = taken(&[]);
        let membership = Membership { organization_id: home(), user_id: kim().id, role: Rank::Owner, joined_at: now() };
        store.members.expect_insert().withf(move |given| *given == membership).times(1).returning(|_| Ok(()));
        store.audit.expect_record().times(1).returning(|_| Ok(()));
        assert_eq!(founded(&store), Ok(member_of(home(), Rank::Owner)));
    }

    #[test]
    fn a_taken_slug_gives_way_to_the_next_and_the_trail_has_the_one_that_was_free() {
        let mut store = taken(&["harbour", "harbour-2"]);
        store.members.expect_insert().returning(|_| Ok(()));
        store
            .audit
            .expect_record()
            .withf(|entry| entry.after.as_ref().unwrap()["slug"] == "harbour-3")
            .times(1)
            .returning(|_| Ok(()));
        assert_eq!(founded(&store).unwrap().organization.slug.as_str(), "harbour-3");
    }

    #[test]
    fn when_every_slug_is_taken_nothing_else_is_written() {
        let mut store = Store::default();
        store.organizations.expect_insert().times(6).returning(|_| Err(StoreError::Duplicate));
        store.members.expect_insert().never();
        store.audit.expect_record().never();
        assert!(matches!(founded(&store), Err(StoreError::Internal(_))));
    }

    #[test]
    fn only_a_taken_slug_is_tried_again() {
        let mut store = Store::default();
        store.organizations.expect_insert().times(1).returning(|_| Err(down()));
        store.members.expect_insert().never();
        assert_eq!(founded(&store), Err(down()));
    }

    #[test]
    fn an_organization_without_its_owner_gets_no_entry() {
        let mut store = taken(&[]);
        store.members.expect_insert().returning(|_| Err(down()));
        store.audit.expect_record().never();
        assert_eq!(founded(&store), Err(down()));
    }

    #[test]
    fn an_entry_that_cannot_be_written_fails_the_founding() {
        let mut store = taken(&[]);
        store.members.expect_insert().returning(|_| Ok(()));
        store.audit.expect_record().returning(|_| Err(down()));
        assert_eq!(founded(&store), Err(down()));
    }
}
