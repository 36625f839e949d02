//! What an organization decides about access for itself.

use serde::Serialize;

use crate::kernel::field::Flaw;
use crate::kernel::ids::{OrganizationId, RoleId};
use crate::kernel::permission::{ALL, KERNEL, Permission};
use crate::kernel::sources::{Timestamp, rfc3339};

/// What nobody has in an organization: codes of permissions and names of modules, each once, in their order. Nothing of
/// the kernel is among them, or nobody could switch anything on again.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct SwitchedOff(Vec<String>);

impl SwitchedOff {
    /// These codes and modules.
    ///
    /// # Errors
    /// The flaw of a word that is neither, or of the kernel.
    pub fn of<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Self, Flaw> {
        const UNKNOWN: Flaw =
            Flaw { code: "unknown_permission", message: "must hold only codes of permissions and names of modules" };
        const OF_KERNEL: Flaw = Flaw { code: "kernel", message: "must hold nothing of the kernel, which is always on" };

        let mut kept = Vec::new();
        for word in words {
            let meant = ALL.iter().find(|one| one.code() == word || one.module() == word).ok_or(UNKNOWN)?;
            if meant.is_of_kernel() {
                return Err(OF_KERNEL);
            }
            kept.push(word.to_owned());
        }
        kept.sort();
        kept.dedup();
        Ok(Self(kept))
    }

    /// The words of a text that was checked when it was stored.
    pub fn from_store(text: &str) -> Self {
        Self(text.split_whitespace().map(ToOwned::to_owned).collect())
    }

    /// The codes and modules.
    pub fn words(&self) -> &[String] {
        &self.0
    }

    /// The permissions that these mean. A word that this program does not know means none.
    pub fn permissions(&self) -> Vec<Permission> {
        let is_off = |permission: &&Permission| {
            permission.module() != KERNEL
                && self.0.iter().any(|word| word == permission.code() || word == permission.module())
        };
        ALL.iter().filter(is_off).copied().collect()
    }
}

/// The decisions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccessSettings {
    /// Whose they are.
    pub organization_id: OrganizationId,
    /// What nobody has there.
    pub switched_off: SwitchedOff,
    /// What newcomers are given, in the order of their ids.
    pub default_role_ids: Vec<RoleId>,
    /// Counts changes, from 1.
    pub version: i64,
    /// When they last changed.
    #[serde(serialize_with = "rfc3339")]
    pub updated_at: Timestamp,
}

impl AccessSettings {
    /// Other decisions.
    #[must_use]
    pub fn changed(&self, switched_off: SwitchedOff, mut default_role_ids: Vec<RoleId>, now: Timestamp) -> Self {
        default_role_ids.sort();
        default_role_ids.dedup();
        Self { switched_off, default_role_ids, version: self.version + 1, updated_at: now, ..*self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::permission::{BILLING_APPROVE, WAREHOUSE_VIEW};

    #[test]
    fn a_code_means_itself_and_a_module_all_that_is_in_it() {
        let one = SwitchedOff::of(["billing.approve", "billing.approve"]).unwrap();
        assert_eq!((one.words().len(), one.permissions()), (1, vec![BILLING_APPROVE]));
        let module = SwitchedOff::of(["cold_storage"]).unwrap().permissions();
        assert!(module.contains(&WAREHOUSE_VIEW) && module.contains(&BILLING_APPROVE));
        assert!(module.iter().all(|permission| permission.module() == "cold_storage"));
    }

    #[test]
    fn the_kernel_is_always_on() {
        for (word, code) in [("user.view", "kernel"), (KERNEL, "kernel"), ("everything", "unknown_permission")] {
            assert_eq!(SwitchedOff::of([word]).unwrap_err().code, code);
        }
        assert_eq!(SwitchedOff::from_store("user.view kernel gone.view").permissions(), []);
    }
}
