//! Identifiers: one newtype per entity, so that a user's id cannot be passed for a warehouse's.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = Uuid))]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// The id of nothing: used where a column must be filled and no row is meant.
            pub const NIL: Self = Self(Uuid::nil());

            /// The bare value, for adapters.
            pub fn as_uuid(self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(value: Uuid) -> Self {
                Self(value)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}

id!(
    /// A person, across all organizations.
    UserId
);
id!(
    /// An organization, which is also the tenant.
    OrganizationId
);
id!(
    /// One sign-in of one person in one organization.
    SessionId
);
id!(
    /// An entry of an audit trail.
    AuditEntryId
);
id!(
    /// A warehouse of an organization.
    WarehouseId
);
id!(
    /// A request of a stranger to be registered.
    RegistrationId
);
id!(
    /// A program's key to an organization.
    ApiKeyId
);
id!(
    /// What keeps a person from working, from its beginning on.
    RestraintId
);
id!(
    /// A file that somebody has uploaded.
    FileId
);
id!(
    /// A message of the outbox.
    OutboxMessageId
);
id!(
    /// An invitation into an organization.
    InvitationId
);
id!(
    /// Who a person is at a provider, as they have linked it.
    ExternalIdentityId
);

id!(
    /// A role that an organization gives to people.
    RoleId
);
id!(
    /// A role given to somebody, from its beginning on.
    AssignmentId
);
id!(
    /// A refusal that was recorded.
    DecisionId
);
