//! Histories of suspensions and archives in the control plane.

use diesel::prelude::*;
use stoa_domain::kernel::actor::TenantScope;
use stoa_domain::kernel::ids::{OrganizationId, UserId};
use stoa_domain::kernel::page::{Cursor, Page, Start, Window};
use stoa_domain::kernel::sources::Timestamp;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::life_cycle::{Archived, LifeCycle, Step, Transition};
use stoa_domain::organizations::ports::{BY_ARCHIVING, LifeCycleRepository};

use super::rows::{ArchivedRow, StepRow};
use crate::persistence::connection::on;
use crate::persistence::fault::fault;
use crate::persistence::paging::{instant_of, instant_text};
use crate::persistence::schema::control::{
    organization_archives as archives, organization_info, organization_owners as owners,
    organization_suspensions as suspensions, organizations, sessions,
};
use crate::persistence::sql_types::{At, Id};
use crate::persistence::unit_of_work::Control;

impl LifeCycleRepository for Control<'_> {
    fn find(&self, scope: &TenantScope) -> Result<Option<LifeCycle>, StoreError> {
        let id = Id::from(scope.tenant());
        let suspended = suspensions::organization_id.eq(organizations::id).and(suspensions::suspended_until.is_null());
        let archived = archives::organization_id.eq(organizations::id).and(archives::archived_until.is_null());
        let query = organizations::table
            .left_join(suspensions::table.on(suspended))
            .left_join(archives::table.on(archived))
            .filter(organizations::id.eq(id))
            .select((
                (suspensions::suspended_from, suspensions::suspended_by, suspensions::reason).nullable(),
                (archives::archived_from, archives::archived_by, archives::reason).nullable(),
            ));
        let row = on!(self.conn, c => query.first::<(Option<StepRow>, Option<StepRow>)>(c).optional());
        Ok(row.map_err(fault)?.map(|(suspension, archive)| LifeCycle {
            suspension: suspension.map(Step::from),
            archive: archive.map(Step::from),
        }))
    }

    fn record(&self, scope: &TenantScope, transition: Transition, step: &Step) -> Result<(), StoreError> {
        let (written, otherwise) = match transition {
            Transition::Suspend => (self.begin_suspension(scope, step)?, StoreError::Duplicate),
            Transition::Reinstate => (self.end_suspension(scope, step)?, StoreError::Stale),
            Transition::Archive => (self.begin_archive(scope, step)?, StoreError::Duplicate),
            Transition::Restore => (self.end_archive(scope, step)?, StoreError::Stale),
        };
        if written == 1 { Ok(()) } else { Err(otherwise) }
    }

    fn end_sessions(&self, scope: &TenantScope, but_of: Option<UserId>, at: Timestamp) -> Result<(), StoreError> {
        // The nil id is nobody's.
        let going_on = sessions::table
            .filter(sessions::organization_id.eq(Some(Id::from(scope.tenant()))))
            .filter(sessions::user_id.ne(Id::from(but_of.unwrap_or(UserId::NIL))))
            .filter(sessions::revoked_at.is_null());
        on!(self.conn, c => diesel::update(going_on).set(sessions::revoked_at.eq(Some(At(at)))).execute(c))
            .map_err(fault)?;
        Ok(())
    }

    fn find_archived(&self, id: OrganizationId) -> Result<Option<Archived>, StoreError> {
        let query = archives::table
            .inner_join(organizations::table.on(organizations::id.eq(archives::organization_id)))
            .inner_join(owners::table.on(owners::organization_id.eq(archives::organization_id)))
            .inner_join(organization_info::table.on(organization_info::organization_id.eq(archives::organization_id)))
            .filter(archives::organization_id.eq(Id::from(id)))
            .filter(archives::archived_until.is_null())
            .filter(owners::owned_until.is_null())
            .select((
                organizations::all_columns,
                owners::user_id,
                archives::archived_from,
                organization_info::account_type,
            ));
        let row = on!(self.conn, c => query.first::<ArchivedRow>(c).optional()).map_err(fault)?;
        row.map(Archived::try_from).transpose()
    }

    fn list_archived_of(&self, owner: UserId, after: Timestamp, window: &Window) -> Result<Page<Archived>, StoreError> {
        use archives::{archived_from, organization_id};

        let own = archives::table
            .inner_join(owners::table.on(owners::organization_id.eq(organization_id)))
            .filter(owners::user_id.eq(Id::from(owner)))
            .filter(owners::owned_until.is_null())
            .filter(archives::archived_until.is_null())
            .filter(archived_from.gt(At(after)));
        let (rows, total) = on!(self.conn, c => {
            let mut rows = own
                .inner_join(organizations::table.on(organizations::id.eq(organization_id)))
                .inner_join(organization_info::table.on(organization_info::organization_id.eq(organization_id)))
                .select((organizations::all_columns, owners::user_id, archived_from, organization_info::account_type))
                .into_boxed();
            let mut total = None;
            match &window.start {
                Start::Offset(_) => total = Some(own.count().get_result::<i64>(c).map_err(fault)?),
                Start::After(cursor) => {
                    let (at, id) = (instant_of(&cursor.value)?, Id(cursor.id));
                    rows = rows.filter(archived_from.gt(at).or(archived_from.eq(at).and(organization_id.gt(id))));
                }
            }
            let rows = rows.order_by((archived_from.asc(), organization_id.asc()));
            let rows = rows.limit(window.fetch()).offset(window.offset());
            (rows.load::<ArchivedRow>(c).map_err(fault)?, total)
        });
        let items = rows.into_iter().map(Archived::try_from).collect::<Result<Vec<_>, _>>()?;
        Ok(Page::cut(items, total.map(i64::unsigned_abs), window, |last| Cursor {
            sort: BY_ARCHIVING.to_owned(),
            value: instant_text(At(last.archived_at)),
            id: last.organization.id.as_uuid(),
        }))
    }
}

/// The rows that the steps write; each answers how many.
impl Control<'_> {
    fn begin_suspension(&self, scope: &TenantScope, step: &Step) -> Result<usize, StoreError> {
        let row = (
            suspensions::organization_id.eq(Id::from(scope.tenant())),
            suspensions::suspended_from.eq(At(step.at)),
            suspensions::suspended_by.eq(Id::from(step.by)),
            suspensions::reason.eq(step.reason.as_str()),
        );
        on!(self.conn, c => diesel::insert_into(suspensions::table).values(row).on_conflict_do_nothing().execute(c))
            .map_err(fault)
    }

    fn end_suspension(&self, scope: &TenantScope, step: &Step) -> Result<usize, StoreError> {
        let open = suspensions::table
            .filter(suspensions::organization_id.eq(Id::from(scope.tenant())))
            .filter(suspensions::suspended_until.is_null());
        let end = (
            suspensions::suspended_until.eq(Some(At(step.at))),
            suspensions::reinstated_by.eq(Some(Id::from(step.by))),
            suspensions::reinstated_because.eq(Some(step.reason.as_str())),
        );
        on!(self.conn, c => diesel::update(open).set(end).execute(c)).map_err(fault)
    }

    fn begin_archive(&self, scope: &TenantScope, step: &Step) -> Result<usize, StoreError> {
        let row = (
            archives::organization_id.eq(Id::from(scope.tenant())),
            archives::archived_from.eq(At(step.at)),
            archives::archived_by.eq(Id::from(step.by)),
            archives::reason.eq(step.reason.as_str()),
        );
        on!(self.conn, c => diesel::insert_into(archives::table).values(row).on_conflict_do_nothing().execute(c))
            .map_err(fault)
    }

    fn end_archive(&self, scope: &TenantScope, step: &Step) -> Result<usize, StoreError> {
        let open = archives::table
            .filter(archives::organization_id.eq(Id::from(scope.tenant())))
            .filter(archives::archived_until.is_null());
        let end = (
            archives::archived_until.eq(Some(At(step.at))),
            archives::restored_by.eq(Some(Id::from(step.by))),
            archives::restored_because.eq(Some(step.reason.as_str())),
        );
        on!(self.conn, c => diesel::update(open).set(end).execute(c)).map_err(fault)
    }
}
