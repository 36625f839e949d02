//! Identity as it is stored.

use std::sync::Arc;

use diesel::prelude::*;
use stoa_domain::access::settings::SwitchedOff;
use stoa_domain::identity::external_identity::{ExternalIdentity, ProviderKey};
use stoa_domain::identity::one_time_token::OneTimeToken;
use stoa_domain::identity::password::PasswordHash;
use stoa_domain::identity::registration::{Decision, Registration, RegistrationStatus};
use stoa_domain::identity::session::{ActiveSession, OwnSession, Session};
use stoa_domain::identity::token::RefreshToken;
use stoa_domain::identity::user::User;
use stoa_domain::kernel::actor::Standing;
use stoa_domain::kernel::email::Email;
use stoa_domain::kernel::field::Parsed;
use stoa_domain::kernel::grants::Grants;
use stoa_domain::kernel::name::Name;
use stoa_domain::kernel::phone::Phone;
use stoa_domain::kernel::platform::Platform;
use stoa_domain::kernel::reason::Reason;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::life_cycle::OrganizationStatus;

use crate::persistence::fault::stored;
use crate::persistence::organizations::rows::{policy_of, rank_of, status_of};
use crate::persistence::schema::control::{
    one_time_tokens, refresh_tokens, registrations, sessions, user_external_identities,
};
use crate::persistence::sql_types::{At, Id};

#[derive(Debug, Clone, Queryable)]
pub(super) struct UserRow {
    id: Id,
    email: String,
    platform: String,
    created_at: At,
    email_verified_at: Option<At>,
    name: String,
    phone: Option<String>,
}

impl TryFrom<UserRow> for User {
    type Error = StoreError;

    fn try_from(row: UserRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id.into(),
            email: Email::from_store(row.email),
            name: Name::from_store(row.name),
            phone: row.phone.map(Phone::from_store),
            platform: stored("users.platform", Platform::parse(&row.platform))?,
            created_at: row.created_at.0,
            email_verified_at: row.email_verified_at.map(|at| at.0),
        })
    }
}

#[derive(Insertable)]
#[diesel(table_name = sessions, treat_none_as_default_value = false)]
pub(super) struct NewSessionRow<'a> {
    id: Id,
    user_id: Id,
    organization_id: Option<Id>,
    created_at: At,
    last_used_at: At,
    expires_at: At,
    ip_address: Option<String>,
    user_agent: Option<&'a str>,
}

impl<'a> From<&'a Session> for NewSessionRow<'a> {
    fn from(session: &'a Session) -> Self {
        Self {
            id: session.id.into(),
            user_id: session.user_id.into(),
            organization_id: session.organization_id.map(Into::into),
            created_at: At(session.created_at),
            last_used_at: At(session.created_at),
            expires_at: At(session.expires_at),
            ip_address: session.origin.ip_address.map(|address| address.to_string()),
            user_agent: session.origin.user_agent.as_deref(),
        }
    }
}

/// A session that goes on, as its person sees it.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub(super) struct OwnSessionRow {
    id: Id,
    organization_id: Option<Id>,
    created_at: At,
    last_used_at: At,
    expires_at: At,
    ip_address: Option<String>,
    user_agent: Option<String>,
}

impl From<OwnSessionRow> for OwnSession {
    fn from(row: OwnSessionRow) -> Self {
        Self {
            id: row.id.into(),
            organization_id: row.organization_id.map(Into::into),
            created_at: row.created_at.0,
            last_used_at: row.last_used_at.0,
            expires_at: row.expires_at.0,
            ip_address: row.ip_address.and_then(|text| text.parse().ok()),
            user_agent: row.user_agent,
        }
    }
}

/// A session that was not revoked, with the standing of its person.
#[derive(Debug, Queryable)]
pub(super) struct ActiveSessionRow {
    id: Id,
    user_id: Id,
    organization_id: Option<Id>,
    expires_at: At,
    rank: Option<String>,
    slug: Option<String>,
    status: Option<String>,
    mfa_policy: Option<String>,
    switched_off: Option<String>,
    platform_role: Option<String>,
    second_factor_since: Option<At>,
}

impl ActiveSessionRow {
    /// The session, as yet without what roles give, unless its person has left the organization or that is archived.
    pub(super) fn entitled(self) -> Result<Option<ActiveSession>, StoreError> {
        let status = self.status.as_deref().map(status_of).transpose()?;
        if status == Some(OrganizationStatus::Archived) {
            return Ok(None);
        }
        let standing = match (self.organization_id, self.rank) {
            (Some(organization), Some(rank)) => {
                Some(Standing { organization_id: organization.into(), rank: rank_of(&rank)? })
            }
            (Some(_), None) => return Ok(None),
            (None, _) => None,
        };
        let asks = match (standing, &self.mfa_policy) {
            (Some(standing), Some(policy)) => policy_of(policy)?.asks(standing.rank),
            _ => false,
        };
        let switched_off = SwitchedOff::from_store(self.switched_off.as_deref().unwrap_or_default());
        Ok(Some(ActiveSession {
            id: self.id.into(),
            user_id: self.user_id.into(),
            standing,
            grants: Arc::new(Grants::none(switched_off.permissions())),
            organization_slug: self.slug,
            suspended: status == Some(OrganizationStatus::Suspended),
            platform_admin: self.platform_role.is_some(),
            must_enrol: asks && self.second_factor_since.is_none(),
            expires_at: self.expires_at.0,
        }))
    }
}

#[derive(Insertable)]
#[diesel(table_name = refresh_tokens, treat_none_as_default_value = false)]
pub(super) struct NewRefreshTokenRow<'a> {
    digest: &'a [u8],
    session_id: Id,
    issued_at: At,
    expires_at: At,
}

impl<'a> From<&'a RefreshToken> for NewRefreshTokenRow<'a> {
    fn from(token: &'a RefreshToken) -> Self {
        Self {
            digest: &token.digest.0,
            session_id: token.session_id.into(),
            issued_at: At(token.issued_at),
            expires_at: At(token.expires_at),
        }
    }
}

#[derive(Insertable)]
#[diesel(table_name = one_time_tokens, treat_none_as_default_value = false)]
pub(super) struct NewOneTimeTokenRow<'a> {
    digest: &'a [u8],
    purpose: &'static str,
    user_id: Id,
    issued_at: At,
    expires_at: At,
}

impl<'a> From<&'a OneTimeToken> for NewOneTimeTokenRow<'a> {
    fn from(token: &'a OneTimeToken) -> Self {
        Self {
            digest: &token.digest.0,
            purpose: token.purpose.as_str(),
            user_id: token.user_id.into(),
            issued_at: At(token.issued_at),
            expires_at: At(token.expires_at),
        }
    }
}

/// An identity at another provider.
#[derive(Debug, Queryable, Insertable)]
#[diesel(table_name = user_external_identities, treat_none_as_default_value = false)]
pub(super) struct ExternalIdentityRow {
    id: Id,
    user_id: Id,
    provider: String,
    issuer: String,
    subject: String,
    email: Option<String>,
    linked_at: At,
    last_used_at: Option<At>,
}

impl From<&ExternalIdentity> for ExternalIdentityRow {
    fn from(identity: &ExternalIdentity) -> Self {
        Self {
            id: identity.id.into(),
            user_id: identity.user_id.into(),
            provider: identity.provider.as_str().to_owned(),
            issuer: identity.issuer.clone(),
            subject: identity.subject.clone(),
            email: identity.email.as_ref().map(|email| email.as_str().to_owned()),
            linked_at: At(identity.linked_at),
            last_used_at: identity.last_used_at.map(At),
        }
    }
}

impl From<ExternalIdentityRow> for ExternalIdentity {
    fn from(row: ExternalIdentityRow) -> Self {
        Self {
            id: row.id.into(),
            user_id: row.user_id.into(),
            provider: ProviderKey::from_store(row.provider),
            issuer: row.issuer,
            subject: row.subject,
            email: row.email.map(Email::from_store),
            linked_at: row.linked_at.0,
            last_used_at: row.last_used_at.map(|at| at.0),
        }
    }
}

/// A request to be registered.
#[derive(Debug, Queryable, Insertable)]
#[diesel(table_name = registrations, treat_none_as_default_value = false)]
pub(super) struct RegistrationRow {
    id: Id,
    email: String,
    name: String,
    organization_name: String,
    platform: String,
    password_hash: Option<String>,
    status: String,
    requested_at: At,
    decided_at: Option<At>,
    decided_by: Option<Id>,
    reason: Option<String>,
}

impl From<&Registration> for RegistrationRow {
    fn from(registration: &Registration) -> Self {
        let decision = registration.decision.as_ref();
        Self {
            id: registration.id.into(),
            email: registration.email.as_str().to_owned(),
            name: registration.name.as_str().to_owned(),
            organization_name: registration.organization_name.as_str().to_owned(),
            platform: registration.platform.as_str().to_owned(),
            password_hash: registration.password.as_ref().map(|hash| hash.as_phc().to_owned()),
            status: registration.status.as_str().to_owned(),
            requested_at: At(registration.requested_at),
            decided_at: decision.map(|decision| At(decision.at)),
            decided_by: decision.map(|decision| decision.by.into()),
            reason: decision.and_then(|decision| decision.reason.as_ref()).map(|reason| reason.as_str().to_owned()),
        }
    }
}

impl TryFrom<RegistrationRow> for Registration {
    type Error = StoreError;

    fn try_from(row: RegistrationRow) -> Result<Self, StoreError> {
        let status = registration_status_of(&row.status)?;
        let reason = row.reason.map(Reason::from_store);
        let decision = match (row.decided_at, row.decided_by) {
            (Some(at), Some(by)) => Some(Decision { status, at: at.0, by: by.into(), reason }),
            _ => None,
        };
        Ok(Self {
            id: row.id.into(),
            email: Email::from_store(row.email),
            name: Name::from_store(row.name),
            organization_name: Name::from_store(row.organization_name),
            platform: stored("registrations.platform", Platform::parse(&row.platform))?,
            password: row.password_hash.map(PasswordHash::from_phc),
            status,
            requested_at: row.requested_at.0,
            decision,
        })
    }
}

fn registration_status_of(text: &str) -> Result<RegistrationStatus, StoreError> {
    match text {
        "pending" => Ok(RegistrationStatus::Pending),
        "approved" => Ok(RegistrationStatus::Approved),
        "rejected" => Ok(RegistrationStatus::Rejected),
        other => Err(StoreError::Internal(format!("a registration of the unknown status {other}"))),
    }
}
