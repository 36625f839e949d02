//! Someone who may take the audit away takes it away.

use stoa_domain::audit::chain::Link;
use stoa_domain::audit::dto::ExportAuditLogsRequest;
use stoa_domain::audit::ports::{BY_NUMBER, LogQuery};
use stoa_domain::kernel::actor::{Actor, Forbidden, TenantScope};
use stoa_domain::kernel::field::InvalidField;
use stoa_domain::kernel::page::{Cursor, Start, Window};
use stoa_domain::kernel::permission::{AUDIT_EXPORT, Permission};
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;
use uuid::Uuid;

use super::service::AuditService;

/// What it takes.
pub const PERMISSION: Permission = AUDIT_EXPORT;

/// Entries of one part.
const PART: u32 = 500;

/// Why nothing is exported.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum ExportLogsError {
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

/// An export that has begun, and how far it has come.
#[derive(Debug, Clone)]
pub struct Export {
    scope: TenantScope,
    query: LogQuery,
}

impl AuditService {
    /// Begins an export of the actor's organization, of everything recorded until now; that it was begun is recorded
    /// first.
    ///
    /// # Errors
    /// See [`ExportLogsError`].
    pub fn begin_export(&self, actor: &Actor, request: &ExportAuditLogsRequest) -> Result<Export, ExportLogsError> {
        let scope = actor.authorize(PERMISSION)?;
        let first = Cursor { sort: BY_NUMBER.to_owned(), value: i64::MAX.to_string(), id: Uuid::nil() };
        let query = request.query(Window { start: Start::After(first), size: PART })?;
        self.seal_for_reading(&scope)?;
        self.record_reading(&scope, "audit.export", &query)?;
        Ok(Export { scope, query })
    }

    /// The next part, the latest entries first, and the export from there on; none of the latter after the last part.
    ///
    /// # Errors
    /// Those of the store.
    pub fn next_part(&self, export: Export) -> Result<(Vec<Link>, Option<Export>), StoreError> {
        let Export { scope, query } = export;
        let page = self.chains.statement::<_, StoreError>(&scope, |tx| tx.log.list(&query))?;
        let rest = page.next.map(|cursor| {
            let window = Window { start: Start::After(cursor), size: PART };
            Export { scope, query: LogQuery { window, ..query } }
        });
        Ok((page.items, rest))
    }
}

#[cfg(test)]
mod tests {
    use stoa_domain::audit::chain::extend;
    use stoa_domain::kernel::page::Page;
    use stoa_domain::kernel::rank::Rank;

    use super::super::fixture::{Key, Store, chain, down, reads, record, where_nothing_waits};
    use super::*;
    use crate::fixture::{actor, stranger};

    #[test]
    fn every_part_is_given_once_and_the_beginning_is_recorded() {
        let mut store = where_nothing_waits();
        reads(&mut store, "audit.export");
        let links = extend(&Key, chain(), None, (1..=3).map(|n| record(n, 0)));
        let all = links.clone();
        store.log.expect_list().times(3).returning(move |query| {
            let Start::After(cursor) = &query.window.start else { panic!("nothing is counted") };
            let before: i64 = cursor.value.parse().unwrap();
            let link = all.iter().rev().find(|link| link.seq < before).cloned();
            let next = link
                .as_ref()
                .filter(|link| link.seq > 1)
                .map(|link| Cursor { value: link.seq.to_string(), ..cursor.clone() });
            Ok(Page { items: link.into_iter().collect(), total: None, offset: None, size: query.window.size, next })
        });
        let service = store.service();
        let mut export = Some(service.begin_export(&actor(Rank::Admin), &ExportAuditLogsRequest::default()).unwrap());
        let mut given = Vec::new();
        while let Some(begun) = export.take() {
            let (part, rest) = service.next_part(begun).unwrap();
            given.extend(part);
            export = rest;
        }
        given.reverse();
        assert_eq!(given, links);
    }

    #[test]
    fn without_the_permission_nothing_is_read() {
        for nobody in [actor(Rank::Member), stranger()] {
            let answer = Store::default().service().begin_export(&nobody, &ExportAuditLogsRequest::default());
            assert!(matches!(answer, Err(ExportLogsError::Forbidden(Forbidden))));
        }
    }

    #[test]
    fn an_export_that_cannot_be_recorded_is_not_begun() {
        let mut store = where_nothing_waits();
        store.audit.expect_record().returning(|_| Err(down()));
        let answer = store.service().begin_export(&actor(Rank::Owner), &ExportAuditLogsRequest::default());
        assert!(matches!(answer, Err(ExportLogsError::Store(_))));
    }
}
