//! Someone who sees roles looks over who has which, page by page, or takes all of it away.

use stoa_domain::access::dto::{AccessReviewResponse, ReviewAccessRequest};
use stoa_domain::access::ports::BY_EMAIL;
use stoa_domain::audit::AuditEntry;
use stoa_domain::kernel::actor::{Actor, Forbidden, TenantScope};
use stoa_domain::kernel::field::InvalidField;
use stoa_domain::kernel::page::{Cursor, Page, Start, Window};
use stoa_domain::kernel::permission::{Permission, ROLE_VIEW};
use stoa_domain::kernel::sources::Timestamp;
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;
use uuid::Uuid;

use super::service::AccessService;

/// What it takes.
pub const PERMISSION: Permission = ROLE_VIEW;

/// Rows of one part of what is taken away.
const PART: u32 = 500;

/// Why nothing is shown.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum ReviewAccessError {
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

/// A review that is being taken away, and how far that has come.
#[derive(Debug, Clone)]
pub struct ReviewExport {
    scope: TenantScope,
    at: Timestamp,
    window: Window,
}

impl AccessService {
    /// Lists who has which role now, and who has none, by address and time of giving.
    ///
    /// # Errors
    /// See [`ReviewAccessError`].
    pub fn review_access(
        &self,
        actor: &Actor,
        request: &ReviewAccessRequest,
    ) -> Result<Page<AccessReviewResponse>, ReviewAccessError> {
        let scope = actor.authorize(PERMISSION)?;
        let window = request.window()?;
        Ok(self.reviewed(&scope, &window, self.sources.now())?)
    }

    /// Begins to take all of it away; that it was begun is recorded first.
    ///
    /// # Errors
    /// See [`ReviewAccessError`].
    pub fn begin_review_export(&self, actor: &Actor) -> Result<ReviewExport, ReviewAccessError> {
        let scope = actor.authorize(PERMISSION)?;
        let entry = AuditEntry::new(&self.sources, "access_review.export", "access_review", scope.tenant().as_uuid());
        self.work.run::<_, StoreError>(&scope.control(), |tx| tx.audit.record(&entry))?;
        let first = Cursor { sort: BY_EMAIL.to_owned(), value: "0 ".to_owned(), id: Uuid::nil() };
        Ok(ReviewExport { scope, at: self.sources.now(), window: Window { start: Start::After(first), size: PART } })
    }

    /// The next part, and the export from there on; none of the latter after the last part.
    ///
    /// # Errors
    /// Those of the store.
    pub fn next_review_part(
        &self,
        export: ReviewExport,
    ) -> Result<(Vec<AccessReviewResponse>, Option<ReviewExport>), StoreError> {
        let ReviewExport { scope, at, window } = export;
        let page = self.reviewed(&scope, &window, at)?;
        let rest = page.next.map(|cursor| {
            let window = Window { start: Start::After(cursor), size: PART };
            ReviewExport { scope, at, window }
        });
        Ok((page.items, rest))
    }

    fn reviewed(
        &self,
        scope: &TenantScope,
        window: &Window,
        at: Timestamp,
    ) -> Result<Page<AccessReviewResponse>, StoreError> {
        self.work.snapshot(&scope.control(), |tx| {
            let graph = tx.roles.graph(scope)?;
            let page = tx.reviews.list(scope, window, at)?;
            Ok(page.map(|row| AccessReviewResponse::new(row, &graph)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, down, entry, held, home, lee, lost, now, role, role_id};
    use super::*;
    use stoa_domain::access::review::Reviewed;
    use stoa_domain::kernel::permission::WAREHOUSE_VIEW;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;
    use stoa_domain::organizations::membership::Member;
    use stoa_domain::people::restraint::Status;

    fn row(has_role: bool) -> Reviewed {
        let (user_id, email, name) = (lee().id, lee().email, lee().name);
        let member = Member { user_id, email, name, rank: Rank::Member, status: Status::Active, joined_at: now() };
        Reviewed { member, assignment: has_role.then(|| held(role_id())), last_used_at: Some(now()) }
    }

    fn place(value: &str) -> Cursor {
        Cursor { sort: BY_EMAIL.into(), value: value.into(), id: Uuid::nil() }
    }

    /// One row, and after it another.
    fn there() -> Store {
        let mut store = Store::default();
        store.has_roles(vec![role(role_id(), &[WAREHOUSE_VIEW])]);
        store.reviews.expect_list().withf(|scope, _, at| (scope.tenant(), *at) == (home(), now())).returning(
            |_, window, _| {
                let is_second = window.start == Start::After(place("1 lee@example.com"));
                let next = (!is_second).then(|| place("1 lee@example.com"));
                Ok(Page { items: vec![row(!is_second)], total: None, offset: None, size: window.size, next })
            },
        );
        store
    }

    #[test]
    fn each_role_is_shown_by_its_name_from_one_snapshot() {
        let store = there();
        let transactions = store.transactions.clone();
        let page = store.service().review_access(&actor(Rank::Admin), &ReviewAccessRequest::default()).unwrap();
        let shown = &page.items[0];
        assert_eq!((&*shown.email, shown.role_id), ("lee@example.com", Some(role_id())));
        assert_eq!((shown.role_key.as_deref(), shown.granted_at), (Some("role_33"), Some(now())));
        assert_eq!((page.size, transactions.opened()[0].0), (20, Mode::Snapshot));
    }

    #[test]
    fn every_part_is_given_once_and_the_beginning_is_recorded() {
        let mut store = there();
        store.audits(entry("access_review.export", "access_review", home().as_uuid()));
        let service = store.service();
        let begun = service.begin_review_export(&actor(Rank::Admin)).unwrap();
        let (first, rest) = service.next_review_part(begun).unwrap();
        let (second, rest) = service.next_review_part(rest.unwrap()).unwrap();
        assert!(rest.is_none());
        let roles: Vec<_> = first.into_iter().chain(second).map(|row| (row.role_id, row.role_name)).collect();
        assert_eq!(roles, [(Some(role_id()), Some("Night shift".into())), (None, None)]);
    }

    #[test]
    fn a_viewer_sees_none_and_what_fails_is_said() {
        let (viewer, admin) = (actor(Rank::Member), actor(Rank::Admin));
        let list = |store: Store, actor, request: &ReviewAccessRequest| store.service().review_access(actor, request);
        let usual = ReviewAccessRequest::default();
        assert_eq!(list(Store::default(), &viewer, &usual), Err(ReviewAccessError::Forbidden(Forbidden)));
        let export = Store::default().service().begin_review_export(&viewer);
        assert_eq!(export.unwrap_err(), ReviewAccessError::Forbidden(Forbidden));
        let odd = ReviewAccessRequest { cursor: Some("odd".into()), ..ReviewAccessRequest::default() };
        assert!(matches!(list(Store::default(), &admin, &odd), Err(ReviewAccessError::Invalid(_))));
        assert_eq!(list(Store::which_is_down(), &admin, &usual), Err(ReviewAccessError::Store(down())));
    }

    #[test]
    fn an_export_that_cannot_be_recorded_is_not_begun() {
        let mut store = Store::whose_commit_fails();
        store.audits(entry("access_review.export", "access_review", home().as_uuid()));
        let export = store.service().begin_review_export(&actor(Rank::Admin));
        assert_eq!(export.unwrap_err(), ReviewAccessError::Store(lost()));
    }
}
