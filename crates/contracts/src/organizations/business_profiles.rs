//! Business profiles: empty at first, changed by version, shown as the account type.

use stoa_domain::kernel::address::Address;
use stoa_domain::kernel::name::Name;
use stoa_domain::kernel::page::{Start, Window};
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::business_profile::{AccountType, BusinessInformation, BusinessProfile, TaxId};
use stoa_domain::reference::country::CountryCode;

use crate::subject::Subject;
use crate::world::{Tenant, World, at, parsed};

fn find(world: &World<'_>, tenant: &Tenant) -> BusinessProfile {
    let organizations = world.store.organizations();
    let found = organizations.statement(&world.control(), |tx| tx.business_profiles.find(&tenant.scope));
    found.expect("a look-up").expect("a profile")
}

fn update(world: &World<'_>, tenant: &Tenant, profile: &BusinessProfile) -> Result<(), StoreError> {
    world.organizations(|tx| tx.business_profiles.update(&tenant.scope, profile))
}

fn company() -> BusinessInformation {
    BusinessInformation {
        legal_name: Some(parsed::<Name>("Łódź \"Kühlhaus\" 서울 Ltd")),
        tax_id: Some(parsed::<TaxId>("123-45-67890")),
        business_type: Some(parsed("Limited company")),
        business_industry: Some(parsed("Logistics")),
        address: Some(parsed::<Address>("Pier 3\nBusan")),
        country: Some(parsed::<CountryCode>("KR")),
    }
}

/// `insert` of an organization: "with an empty business profile of version 1".
pub fn a_new_organization_has_an_empty_profile(store: &dyn Subject) {
    let world = World::new(store);
    let expected = BusinessProfile {
        information: BusinessInformation::default(),
        account_type: AccountType::Personal,
        version: 1,
        updated_at: at(0),
    };
    assert_eq!(find(&world, &world.ours), expected);
}

/// `update` replaces every field, and clears what is no longer known; lists and looks show what that makes
/// of the organization.
pub fn a_profile_is_found_as_it_was_changed(store: &dyn Subject) {
    let world = World::new(store);
    let changed = find(&world, &world.ours).changed(company(), at(5));
    assert_eq!(update(&world, &world.ours, &changed), Ok(()));
    assert_eq!(find(&world, &world.ours), changed);
    assert_eq!(find(&world, &world.theirs).version, 1, "the other one has not noticed");
    let window = Window { start: Start::Offset(0), size: 1 };
    let account_types = || {
        [&world.ours, &world.theirs].map(|tenant| {
            let list = world.organizations(|tx| tx.organizations.list_of(tenant.owner.id, &window)).expect("a list");
            let mine = world.organizations(|tx| tx.organizations.find_as(&tenant.scope, tenant.owner.id));
            let mine = mine.expect("a look-up").expect("a place").account_type;
            assert_eq!(list.items[0].account_type, mine);
            mine
        })
    };
    assert_eq!(account_types(), [AccountType::Business, AccountType::Personal]);
    let cleared = changed.changed(BusinessInformation::default(), at(6));
    assert_eq!(update(&world, &world.ours, &cleared), Ok(()));
    assert_eq!(find(&world, &world.ours), cleared);
    assert_eq!(account_types(), [AccountType::Personal, AccountType::Personal]);
}

/// `update`: "`Stale` if it has another version".
pub fn a_change_of_another_version_is_stale(store: &dyn Subject) {
    let world = World::new(store);
    let first = find(&world, &world.ours);
    let second = first.changed(company(), at(5));
    assert_eq!(update(&world, &world.ours, &second), Ok(()));
    for stale in [first, second.clone(), second.changed(company(), at(6)).changed(company(), at(7))] {
        assert_eq!(update(&world, &world.ours, &stale), Err(StoreError::Stale));
    }
    assert_eq!(find(&world, &world.ours), second);
}
