//! Someone who sees the audit reads what was done.

use stoa_domain::audit::chain::Link;
use stoa_domain::audit::dto::ListAuditLogsRequest;
use stoa_domain::audit::ports::PLATFORM;
use stoa_domain::kernel::actor::{Actor, Forbidden, TenantScope};
use stoa_domain::kernel::field::InvalidField;
use stoa_domain::kernel::page::Page;
use stoa_domain::kernel::permission::{AUDIT_VIEW, Permission};
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::service::AuditService;

/// What it takes in an organization; for the audit of the platform one has to administer it.
pub const PERMISSION: Permission = AUDIT_VIEW;

/// Why no list is given.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum ListLogsError {
    /// The permission is missing.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// A parameter means nothing.
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AuditService {
    /// Lists entries of the actor's organization, the latest first, everything recorded until now among them; that they
    /// are read is recorded before.
    ///
    /// # Errors
    /// See [`ListLogsError`].
    pub fn list_logs(&self, actor: &Actor, request: &ListAuditLogsRequest) -> Result<Page<Link>, ListLogsError> {
        self.list(&actor.authorize(PERMISSION)?, request)
    }

    /// Lists entries that are no organization's.
    ///
    /// # Errors
    /// See [`ListLogsError`].
    pub fn list_platform_logs(
        &self,
        actor: &Actor,
        request: &ListAuditLogsRequest,
    ) -> Result<Page<Link>, ListLogsError> {
        self.list(&actor.authorize_platform()?.about(PLATFORM), request)
    }

    fn list(&self, scope: &TenantScope, request: &ListAuditLogsRequest) -> Result<Page<Link>, ListLogsError> {
        let query = request.query()?;
        self.seal_for_reading(scope)?;
        self.record_reading(scope, "audit.read", &query)?;
        self.chains.snapshot(scope, |tx| Ok(tx.log.list(&query)?))
    }
}

#[cfg(test)]
mod tests {
    use stoa_domain::audit::chain::extend;
    use stoa_domain::kernel::rank::Rank;

    use super::super::fixture::{Key, Store, chain, down, reads, record, where_nothing_waits};
    use super::*;
    use crate::fixture::{actor, stranger};

    fn administrator() -> Actor {
        Actor { platform_admin: true, ..stranger() }
    }

    fn request() -> ListAuditLogsRequest {
        ListAuditLogsRequest { action: Some("warehouse.create".into()), ..ListAuditLogsRequest::default() }
    }

    #[test]
    fn the_request_becomes_the_query() {
        for (actor, of_platform) in [(actor(Rank::Admin), false), (administrator(), true)] {
            let mut store = where_nothing_waits();
            reads(&mut store, "audit.read");
            let links = extend(&Key, chain(), None, [record(1, 0)]);
            let found = links.clone();
            store.log.expect_list().withf(|query| query.action.as_deref() == Some("warehouse.create")).returning(
                move |query| {
                    let window = &query.window;
                    Ok(Page { items: found.clone(), total: Some(1), offset: Some(0), size: window.size, next: None })
                },
            );
            let service = store.service();
            let page = if of_platform {
                service.list_platform_logs(&actor, &request())
            } else {
                service.list_logs(&actor, &request())
            };
            assert_eq!(page.unwrap().items, links);
        }
    }

    #[test]
    fn without_the_permission_nothing_is_read() {
        for nobody in [actor(Rank::Member), stranger(), administrator()] {
            let answer = Store::default().service().list_logs(&nobody, &request());
            assert_eq!(answer, Err(ListLogsError::Forbidden(Forbidden)));
        }
        for nobody in [actor(Rank::Owner), stranger()] {
            let answer = Store::default().service().list_platform_logs(&nobody, &request());
            assert_eq!(answer, Err(ListLogsError::Forbidden(Forbidden)));
        }
    }

    #[test]
    fn a_parameter_that_means_nothing_is_named() {
        let request = ListAuditLogsRequest { page: Some(0), ..request() };
        match Store::default().service().list_logs(&actor(Rank::Owner), &request) {
            Err(ListLogsError::Invalid(invalid)) => assert_eq!(invalid.field, "page"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_store_that_is_down_is_said_to_be() {
        let mut store = Store::default();
        store.staged.expect_list_staged().returning(|_, _| Err(down()));
        assert_eq!(store.service().list_logs(&actor(Rank::Owner), &request()), Err(ListLogsError::Store(down())));
    }
}
