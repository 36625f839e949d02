//! Who has which role, to be looked over.

use serde::{Deserialize, Serialize};

use super::assignments::LimitResponse;
use crate::access::ports::BY_EMAIL;
use crate::access::review::Reviewed;
use crate::access::role_graph::RoleGraph;
use crate::kernel::field::InvalidField;
use crate::kernel::ids::{RoleId, UserId};
use crate::kernel::page::{SortValue, Window, list_request};
use crate::kernel::rank::Rank;
use crate::kernel::sources::{Timestamp, rfc3339_option};
use crate::people::restraint::Status;

/// How a review is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReviewFormat {
    /// A page of JSON.
    Json,
    /// All of it, as comma-separated values, the first line of which names them.
    Csv,
}

list_request! {
    /// Which part of the review to give, and how. As CSV all of it is given.
    pub struct ReviewAccessRequest {
        /// `json` or `csv`; what `Accept` prefers if absent.
        #[cfg_attr(feature = "openapi", param(inline))]
        pub format: Option<ReviewFormat>,
    }
}

impl ReviewAccessRequest {
    /// The window these parameters mean.
    ///
    /// # Errors
    /// The first parameter that means none.
    pub fn window(&self) -> Result<Window, InvalidField> {
        self.paging().window(BY_EMAIL, SortValue::InstantAndText)
    }
}

/// A member with one of the roles they have; a member who has none stands there once, without a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccessReviewResponse {
    /// The person.
    pub user_id: UserId,
    /// The person's address.
    #[cfg_attr(feature = "openapi", schema(format = Email))]
    pub email: String,
    /// The person's name.
    pub name: String,
    /// The rank: owner and admins have everything, whatever their roles.
    pub rank: Rank,
    /// Whether they may work here; whether their account is kept from it is another question.
    pub status: Status,
    /// The role.
    pub role_id: Option<RoleId>,
    /// What programs call the role.
    pub role_key: Option<String>,
    /// What people call the role.
    pub role_name: Option<String>,
    /// The only things it is given for; `null` for all of them.
    pub scope: Option<LimitResponse>,
    /// Who gave it; `null` for what came with joining.
    pub granted_by: Option<UserId>,
    /// Since when.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    #[serde(serialize_with = "rfc3339_option")]
    pub granted_at: Option<Timestamp>,
    /// Why it was given.
    pub reason: Option<String>,
    /// When it ends by itself.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    #[serde(serialize_with = "rfc3339_option")]
    pub expires_at: Option<Timestamp>,
    /// When a session of the person in this organization was last begun or refreshed; `null` if none is known. Sessions
    /// are known for 30 days after their end.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    #[serde(serialize_with = "rfc3339_option")]
    pub last_used_at: Option<Timestamp>,
}

impl AccessReviewResponse {
    /// A row of the review, with one of these roles; of a role that is not among them nothing but its id is told.
    pub fn new(row: Reviewed, graph: &RoleGraph) -> Self {
        let Reviewed { member, assignment, last_used_at } = row;
        let role = assignment.as_ref().and_then(|assignment| graph.find(assignment.role_id));
        let (role_key, role_name) =
            role.map(|role| (role.key.as_str().to_owned(), role.name.as_str().to_owned())).unzip();
        let granted_at = assignment.as_ref().map(|assignment| assignment.granted_at);
        let role_id = assignment.as_ref().map(|assignment| assignment.role_id);
        let (limit, granted_by, reason, expires_at) = assignment.map_or((None, None, None, None), |assignment| {
            (assignment.limit, assignment.granted_by, assignment.reason, assignment.expires_at)
        });
        Self {
            user_id: member.user_id,
            email: member.email.as_str().to_owned(),
            name: member.name.as_str().to_owned(),
            rank: member.rank,
            status: member.status,
            role_id,
            role_key,
            role_name,
            scope: limit.map(LimitResponse::from),
            granted_by,
            granted_at,
            reason: reason.map(|reason| reason.as_str().to_owned()),
            expires_at,
            last_used_at,
        }
    }
}
