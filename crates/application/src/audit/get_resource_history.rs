//! Someone who sees the audit asks what was done to one thing.

use serde_json::Value;
use stoa_domain::audit::chain::Link;
use stoa_domain::audit::dto::ListResourceHistoryRequest;
use stoa_domain::audit::ports::{LogQuery, PLATFORM};
use stoa_domain::kernel::actor::{Actor, Denied, Elsewhere, Forbidden, TenantScope};
use stoa_domain::kernel::field::InvalidField;
use stoa_domain::kernel::ids::{OrganizationId, UserId};
use stoa_domain::kernel::page::Page;
use stoa_domain::kernel::permission::{AUDIT_VIEW, Permission};
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;
use uuid::Uuid;

use super::service::AuditService;

/// What it takes in an organization; for what is no organization's one has to administer the platform.
pub const PERMISSION: Permission = AUDIT_VIEW;

/// A kind of thing whose history can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audited {
    /// A warehouse.
    Warehouse,
    /// The organization itself.
    Organization,
    /// An API key.
    ApiKey,
    /// A role.
    Role,
    /// A role that this person was given.
    RoleAssignment(UserId),
    /// A person, as far as it happened in the organization.
    User,
    /// A person's place in this organization.
    Member(OrganizationId),
    /// A session in the organization.
    Session,
    /// An invitation.
    Invitation,
    /// A request to be registered, which is no organization's.
    Registration,
}

impl Audited {
    fn resource_type(self) -> &'static str {
        match self {
            Self::Warehouse => "warehouse",
            Self::Organization => "organization",
            Self::ApiKey => "api_key",
            Self::Role => "role",
            Self::RoleAssignment(_) => "role_assignment",
            Self::User => "user",
            Self::Member(_) => "member",
            Self::Session => "session",
            Self::Invitation => "invitation",
            Self::Registration => "registration",
        }
    }

    fn authorize(self, actor: &Actor, id: Uuid) -> Result<TenantScope, Denied> {
        match self {
            Self::Organization => actor.authorize_in(id.into(), PERMISSION),
            Self::Registration => Ok(actor.authorize_platform()?.about(PLATFORM)),
            Self::Member(organization) => actor.authorize_in(organization, PERMISSION),
            Self::Warehouse
            | Self::ApiKey
            | Self::Role
            | Self::RoleAssignment(_)
            | Self::User
            | Self::Session
            | Self::Invitation => Ok(actor.authorize(PERMISSION)?),
        }
    }

    /// Whether an entry is about a thing of this path: of what was given to somebody it says to whom.
    fn has(self, link: &Link) -> bool {
        let Self::RoleAssignment(user) = self else { return true };
        let names = |picture: &String| {
            serde_json::from_str::<Value>(picture).is_ok_and(|picture| picture["user_id"] == user.to_string())
        };
        [&link.record.before, &link.record.after].into_iter().flatten().any(names)
    }
}

/// Why no history is given.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum GetResourceHistoryError {
    /// The permission is missing.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// A parameter means nothing.
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    /// Nothing was ever done to such a thing here.
    #[error("there is no such thing")]
    NotFound,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Denied> for GetResourceHistoryError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Elsewhere(Elsewhere) => Self::NotFound,
            Denied::Forbidden(forbidden) => Self::Forbidden(forbidden),
        }
    }
}

impl AuditService {
    /// Lists what was done to one thing, the latest first; that it is read is recorded, or nothing is given. The
    /// thing may be gone by now.
    ///
    /// # Errors
    /// See [`GetResourceHistoryError`].
    pub fn get_resource_history(
        &self,
        actor: &Actor,
        kind: Audited,
        id: Uuid,
        request: &ListResourceHistoryRequest,
    ) -> Result<Page<Link>, GetResourceHistoryError> {
        let scope = kind.authorize(actor, id)?;
        let window = request.window()?;
        self.seal_for_reading(&scope)?;
        let query = LogQuery {
            resource_type: Some(kind.resource_type().to_owned()),
            resource_id: Some(id),
            ..LogQuery::all(window)
        };
        let page = self.chains.snapshot::<_, StoreError>(&scope, |tx| tx.log.list(&query))?;
        let is_unknown = page.items.is_empty() && page.total.is_some_and(|total| total == 0);
        if is_unknown || !page.items.iter().all(|link| kind.has(link)) {
            return Err(GetResourceHistoryError::NotFound);
        }
        self.record_reading(&scope, "audit.read", &query)?;
        Ok(page)
    }
}

#[cfg(test)]
mod tests {
    use stoa_domain::audit::chain::{Record, extend};
    use stoa_domain::kernel::rank::Rank;

    use super::super::fixture::{Key, Store, chain, reads, record, where_nothing_waits};
    use super::*;
    use crate::fixture::{actor, elsewhere, stranger};

    /// Nothing waits, and the log has so many entries of the thing.
    fn logging(count: u128, kind: &'static str, id: Uuid) -> Store {
        let mut store = where_nothing_waits();
        if count > 0 {
            reads(&mut store, "audit.read");
        }
        store
            .log
            .expect_list()
            .withf(move |query| {
                let about = (query.resource_type.as_deref(), query.resource_id);
                about == (Some(kind), Some(id)) && query.action.is_none()
            })
            .returning(move |query| {
                let items = extend(&Key, chain(), None, (1..=count).map(|n| record(n, 0)));
                let total = u64::try_from(count).ok();
                Ok(Page { items, total, offset: Some(0), size: query.window.size, next: None })
            });
        store
    }

    fn asked(store: Store, actor: &Actor, kind: Audited, id: Uuid) -> Result<usize, GetResourceHistoryError> {
        let request = ListResourceHistoryRequest::default();
        store.service().get_resource_history(actor, kind, id, &request).map(|page| page.items.len())
    }

    #[test]
    fn what_was_done_to_a_thing_is_asked_of_the_chain() {
        let (id, home) = (Uuid::from_u128(0x77), crate::fixture::home());
        for (kind, name) in [
            (Audited::Warehouse, "warehouse"),
            (Audited::ApiKey, "api_key"),
            (Audited::Invitation, "invitation"),
            (Audited::Role, "role"),
            (Audited::User, "user"),
            (Audited::Session, "session"),
            (Audited::Member(home), "member"),
        ] {
            assert_eq!(asked(logging(2, name, id), &actor(Rank::Admin), kind, id), Ok(2));
            assert_eq!(
                asked(logging(0, name, id), &actor(Rank::Admin), kind, id),
                Err(GetResourceHistoryError::NotFound)
            );
            assert_eq!(
                asked(Store::default(), &actor(Rank::Member), kind, id),
                Err(GetResourceHistoryError::Forbidden(Forbidden))
            );
        }
    }

    #[test]
    fn what_somebody_was_given_is_theirs_and_nobody_elses() {
        let (id, user): (Uuid, UserId) = (Uuid::from_u128(0x77), Uuid::from_u128(0x79).into());
        let asked_of = |of: UserId| {
            let mut store = where_nothing_waits();
            if of == user {
                reads(&mut store, "audit.read");
            }
            store.log.expect_list().returning(move |query| {
                let given = Some(format!("{{\"user_id\":\"{user}\"}}"));
                let records =
                    [Record { after: given.clone(), ..record(1, 0) }, Record { before: given, ..record(2, 0) }];
                let items = extend(&Key, chain(), None, records);
                Ok(Page { items, total: Some(2), offset: Some(0), size: query.window.size, next: None })
            });
            asked(store, &actor(Rank::Admin), Audited::RoleAssignment(of), id)
        };
        assert_eq!(asked_of(user), Ok(2));
        assert_eq!(asked_of(Uuid::from_u128(0x80).into()), Err(GetResourceHistoryError::NotFound));
    }

    #[test]
    fn an_organization_has_a_history_for_those_inside() {
        let home = chain().as_uuid();
        let store = logging(1, "organization", home);
        assert_eq!(asked(store, &actor(Rank::Owner), Audited::Organization, home), Ok(1));
        let other = elsewhere().as_uuid();
        for (somebody, id) in [(actor(Rank::Owner), other), (stranger(), home)] {
            for kind in [Audited::Organization, Audited::Member(id.into())] {
                let answer = asked(Store::default(), &somebody, kind, id);
                assert_eq!(answer, Err(GetResourceHistoryError::NotFound));
            }
        }
    }

    #[test]
    fn a_registration_has_one_for_those_who_administer_the_platform() {
        let id = Uuid::from_u128(0x78);
        let administrator = Actor { platform_admin: true, ..stranger() };
        assert_eq!(asked(logging(1, "registration", id), &administrator, Audited::Registration, id), Ok(1));
        assert_eq!(
            asked(Store::default(), &actor(Rank::Owner), Audited::Registration, id),
            Err(GetResourceHistoryError::Forbidden(Forbidden))
        );
    }
}
