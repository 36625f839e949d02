//! The catalogue of permissions: one constant each, compiled in.

use std::fmt;

use serde::{Serialize, Serializer};

/// The module of what is about the organization itself, its people and its access.
pub const KERNEL: &str = "kernel";

/// A permission code, `<resource>.<verb>`. Only the constants of this module exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Permission {
    code: &'static str,
    module: &'static str,
    description: &'static str,
}

impl Permission {
    /// The code, as it stands in JSON.
    pub fn code(self) -> &'static str {
        self.code
    }

    /// The permission of this code, if there is one.
    pub fn of_code(code: &str) -> Option<Self> {
        ALL.iter().copied().find(|permission| permission.code == code)
    }

    /// Whether only people have it, whatever the rank of a key: else a key could outlive its end.
    pub fn is_personal(self) -> bool {
        self == API_KEY_MANAGE
    }

    /// Whether it is about the organization itself, its people and its access: it is never given for some things alone,
    /// nor switched off.
    pub fn is_of_kernel(self) -> bool {
        self.module == KERNEL
    }

    /// The part of Stoa whose things it is about.
    pub fn module(self) -> &'static str {
        self.module
    }

    /// What it allows, in a few words.
    pub fn description(self) -> &'static str {
        self.description
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

impl Serialize for Permission {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code)
    }
}

macro_rules! catalogue {
    ($($module:literal { $($name:ident = $code:literal, $description:literal;)* })*) => {
        $($(
            #[doc = $description]
            pub const $name: Permission = Permission { code: $code, module: $module, description: $description };
        )*)*

        /// Every permission, in the order of the catalogue.
        pub const ALL: &[Permission] = &[$($($name),*),*];
    };
}

catalogue! {
    "kernel" {
        TENANT_MANAGE = "tenant.manage", "Change the organization itself, what newcomers are given there and what is switched off";
        USER_VIEW = "user.view", "See the organization's people";
        USER_INVITE = "user.invite", "Bring people into the organization";
        USER_MANAGE = "user.manage", "Change the profiles of the organization's people";
        USER_DISABLE = "user.disable", "Remove people from the organization";
        ROLE_VIEW = "role.view", "See the organization's roles, and who has them";
        ROLE_MANAGE = "role.manage", "Make, change and delete roles";
        ROLE_ASSIGN = "role.assign", "Give people roles, and take them away";
        AUTHZ_EXPLAIN = "authz.explain", "See why somebody may do something, or may not";
        API_KEY_MANAGE = "api_key.manage", "Make, replace and revoke the organization's API keys";
        AUDIT_VIEW = "audit.view", "See what was done in the organization, and whether the record of it is whole";
        AUDIT_EXPORT = "audit.export", "Take away the record of what was done in the organization";
    }
    "cold_storage" {
        WAREHOUSE_VIEW = "warehouse.view", "See warehouses";
        WAREHOUSE_MANAGE = "warehouse.manage", "Create, change, delete and restore warehouses";
        INVENTORY_VIEW = "inventory.view", "See what is stored";
        INVENTORY_INWARD = "inventory.inward", "Take goods in";
        INVENTORY_OUTWARD = "inventory.outward", "Hand goods out";
        INVENTORY_ADJUST = "inventory.adjust", "Correct what is stored";
        BILLING_VIEW = "billing.view", "See invoices";
        BILLING_GENERATE = "billing.generate", "Draw up invoices";
        BILLING_APPROVE = "billing.approve", "Approve invoices";
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{ALL, Permission, USER_VIEW};

    #[test]
    fn a_permission_is_found_by_its_code() {
        assert_eq!(Permission::of_code("user.view"), Some(USER_VIEW));
        assert_eq!(Permission::of_code("user.*"), None);
    }

    #[test]
    fn codes_are_unique_and_well_formed() {
        let codes: BTreeSet<_> = ALL.iter().map(|permission| permission.code()).collect();
        assert_eq!(codes.len(), ALL.len());
        for code in codes {
            let parts: Vec<_> = code.split('.').collect();
            assert!(
                parts.len() == 2
                    && parts
                        .iter()
                        .all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c == '_')),
                "{code} is not <resource>.<verb>"
            );
        }
    }
}
