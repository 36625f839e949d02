//! How strangers come in, and the requests of those who wait to be let in.

use serde::{Deserialize, Serialize};

use super::password::PasswordHash;
use crate::audit::personal::personal;
use crate::kernel::email::Email;
use crate::kernel::ids::{RegistrationId, UserId};
use crate::kernel::name::Name;
use crate::kernel::platform::Platform;
use crate::kernel::reason::Reason;
use crate::kernel::sources::{Timestamp, rfc3339};

/// How strangers come into an installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegistrationMode {
    /// Whoever registers is in.
    Open,
    /// Whoever registers waits for a platform administrator.
    Approval,
    /// Only whoever is invited.
    InviteOnly,
    /// Nobody.
    Closed,
}

impl RegistrationMode {
    /// Whether invitations let strangers in.
    pub fn takes_invited(self) -> bool {
        self != Self::Closed
    }
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RegistrationStatus {
    /// Nobody has decided yet.
    Pending,
    /// The person and the organization were made.
    Approved,
    /// They were not.
    Rejected,
}

impl RegistrationStatus {
    /// As it stands in JSON and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        }
    }
}

/// A decision about a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// [`RegistrationStatus::Approved`] or [`RegistrationStatus::Rejected`].
    pub status: RegistrationStatus,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: UserId,
    /// Why.
    pub reason: Option<Reason>,
}

/// A request of a stranger to be registered with an organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Registration {
    /// Id.
    pub id: RegistrationId,
    /// Address; one request at a time waits under each.
    #[serde(serialize_with = "personal")]
    pub email: Email,
    /// Name of the person.
    #[serde(serialize_with = "personal")]
    pub name: Name,
    /// Name of the organization.
    pub organization_name: Name,
    /// The application the person comes from.
    pub platform: Platform,
    /// Hash of the password, kept until somebody decides; never shown.
    #[serde(skip)]
    pub password: Option<PasswordHash>,
    /// What became of it.
    pub status: RegistrationStatus,
    /// When it was made.
    #[serde(serialize_with = "rfc3339")]
    pub requested_at: Timestamp,
    /// The decision, if there is one.
    #[serde(skip)]
    pub decision: Option<Decision>,
}

impl Registration {
    /// This request after a decision.
    #[must_use]
    pub fn decided(&self, decision: Decision) -> Self {
        Self { status: decision.status, decision: Some(decision), password: None, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_closed_installation_takes_nobody_who_is_invited() {
        for mode in [RegistrationMode::Open, RegistrationMode::Approval, RegistrationMode::InviteOnly] {
            assert!(mode.takes_invited(), "{mode:?}");
        }
        assert!(!RegistrationMode::Closed.takes_invited());
    }

    #[test]
    fn a_decision_leaves_no_password_behind() {
        let at = chrono::DateTime::UNIX_EPOCH;
        let pending = Registration {
            id: RegistrationId::NIL,
            email: Email::from_store("kim@example.com".into()),
            name: Name::from_store("Kim".into()),
            organization_name: Name::from_store("Pier".into()),
            platform: Platform::default(),
            password: Some(PasswordHash::from_phc("hash".into())),
            status: RegistrationStatus::Pending,
            requested_at: at,
            decision: None,
        };
        let decision = Decision { status: RegistrationStatus::Rejected, at, by: UserId::NIL, reason: None };
        let rejected = pending.decided(decision.clone());
        assert_eq!((rejected.password, rejected.status, rejected.decision), (None, decision.status, Some(decision)));
        assert!(serde_json::to_value(&pending).unwrap().get("password").is_none());
    }
}
