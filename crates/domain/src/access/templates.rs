//! The built-in roles: given and copied, never changed.

use uuid::Uuid;

use crate::kernel::ids::RoleId;
use crate::kernel::permission::{
    self, AUDIT_EXPORT, AUDIT_VIEW, AUTHZ_EXPLAIN, BILLING_APPROVE, BILLING_GENERATE, BILLING_VIEW, INVENTORY_ADJUST,
    INVENTORY_INWARD, INVENTORY_OUTWARD, INVENTORY_VIEW, Permission, ROLE_VIEW, USER_VIEW, WAREHOUSE_VIEW,
};

/// A built-in role. Programs that know it write it into the database under the same id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Template {
    id: u128,
    /// What programs call it.
    pub key: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// What it gives.
    pub permissions: &'static [Permission],
    /// The keys of the built-in roles that nobody has beside it.
    pub excludes: &'static [&'static str],
}

impl Template {
    /// Its id, in every database.
    pub fn id(&self) -> RoleId {
        Uuid::from_u128(IDS + self.id).into()
    }
}

/// What the ids begin with.
const IDS: u128 = 0x5701_a000_0000_8000_8000_0000_0000_0000;

/// What newcomers are given unless their organization says otherwise.
pub const VIEWER: Template = Template {
    id: 10,
    key: "viewer",
    name: "Viewer",
    description: "Sees what is there, and changes nothing",
    permissions: &[USER_VIEW, WAREHOUSE_VIEW, INVENTORY_VIEW],
    excludes: &[],
};

const STOCK: &[Permission] = &[WAREHOUSE_VIEW, INVENTORY_VIEW, INVENTORY_INWARD, INVENTORY_OUTWARD];
const STOCK_AND_CORRECTIONS: &[Permission] =
    &[WAREHOUSE_VIEW, INVENTORY_VIEW, INVENTORY_INWARD, INVENTORY_OUTWARD, INVENTORY_ADJUST];

/// Every built-in role: those of a cold store, then those of any organization. Who approves invoices moves no goods.
pub const ALL: &[Template] = &[
    Template {
        id: 1,
        key: "ADMIN",
        name: "Cold store administrator",
        description: "Does everything there is a permission for",
        permissions: permission::ALL,
        excludes: &[],
    },
    Template {
        id: 2,
        key: "OPERATOR",
        name: "Operator",
        description: "Takes goods in and hands them out",
        permissions: STOCK,
        excludes: &["BILLING_MANAGER"],
    },
    Template {
        id: 3,
        key: "INVENTORY_MANAGER",
        name: "Inventory manager",
        description: "Takes goods in, hands them out and corrects what is stored; approves no invoices",
        permissions: STOCK_AND_CORRECTIONS,
        excludes: &["BILLING_MANAGER"],
    },
    Template {
        id: 4,
        key: "BILLING_MANAGER",
        name: "Billing manager",
        description: "Draws up and approves invoices; moves no goods",
        permissions: &[WAREHOUSE_VIEW, BILLING_VIEW, BILLING_GENERATE, BILLING_APPROVE],
        excludes: &[],
    },
    Template {
        id: 5,
        key: "CLIENT",
        name: "Client",
        description: "Sees goods and invoices",
        permissions: &[INVENTORY_VIEW, BILLING_VIEW],
        excludes: &[],
    },
    Template {
        id: 6,
        key: "QA",
        name: "Quality assurance",
        description: "Sees warehouses and what is stored in them",
        permissions: &[WAREHOUSE_VIEW, INVENTORY_VIEW],
        excludes: &[],
    },
    Template {
        id: 7,
        key: "admin",
        name: "Administrator",
        description: "Does everything there is a permission for",
        permissions: permission::ALL,
        excludes: &[],
    },
    Template {
        id: 8,
        key: "data_input",
        name: "Data entry",
        description: "Enters what happens, and changes what they have entered",
        permissions: &[USER_VIEW, WAREHOUSE_VIEW, INVENTORY_VIEW],
        excludes: &[],
    },
    Template {
        id: 9,
        key: "auditor",
        name: "Auditor",
        description: "Sees what is there and what was done, and takes the record of it away",
        permissions: &[
            USER_VIEW,
            ROLE_VIEW,
            AUTHZ_EXPLAIN,
            AUDIT_VIEW,
            AUDIT_EXPORT,
            WAREHOUSE_VIEW,
            INVENTORY_VIEW,
            BILLING_VIEW,
        ],
        excludes: &[],
    },
    VIEWER,
    Template {
        id: 11,
        key: "employee",
        name: "Employee",
        description: "Sees who else is there, and what is their own",
        permissions: &[USER_VIEW],
        excludes: &[],
    },
    Template {
        id: 12,
        key: "member",
        name: "Member",
        description: "Sees who else is there",
        permissions: &[USER_VIEW],
        excludes: &[],
    },
];

/// The template of this key.
pub fn of_key(key: &str) -> Option<&'static Template> {
    ALL.iter().find(|template| template.key == key)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::access::role::RoleKey;
    use crate::kernel::field::Parsed;

    #[test]
    fn keys_and_ids_are_each_its_own() {
        let keys: BTreeSet<_> = ALL.iter().map(|template| template.key).collect();
        let ids: BTreeSet<_> = ALL.iter().map(Template::id).collect();
        assert_eq!((keys.len(), ids.len()), (12, 12));
        assert!(ALL.iter().all(|template| RoleKey::parse(template.key).is_ok()));
        assert!(ALL.iter().flat_map(|template| template.excludes).all(|key| of_key(key).is_some()));
    }

    #[test]
    fn newcomers_are_given_the_role_that_the_migration_gave_to_everybody() {
        assert_eq!(VIEWER.id().to_string(), "5701a000-0000-8000-8000-00000000000a");
    }

    /// What separates the duties of a cold store.
    #[test]
    fn who_approves_invoices_moves_no_goods() {
        const MOVES: [Permission; 3] = [INVENTORY_INWARD, INVENTORY_OUTWARD, INVENTORY_ADJUST];
        let approves = |template: &&Template| template.permissions.contains(&BILLING_APPROVE);
        let moves = |template: &&Template| MOVES.iter().any(|moves| template.permissions.contains(moves));
        let all_there_is = |template: &&Template| template.permissions.len() == permission::ALL.len();
        for one in ALL.iter().filter(approves).filter(|template| !all_there_is(template)) {
            assert!(!moves(&one), "{}", one.key);
            for other in ALL.iter().filter(moves).filter(|template| !all_there_is(template)) {
                assert!(one.excludes.contains(&other.key) || other.excludes.contains(&one.key), "{}", other.key);
            }
        }
    }
}
