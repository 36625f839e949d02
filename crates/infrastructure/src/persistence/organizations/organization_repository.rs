//! Organizations in the control plane.

use diesel::prelude::*;
use stoa_domain::access::templates::VIEWER;
use stoa_domain::kernel::actor::TenantScope;
use stoa_domain::kernel::ids::{OrganizationId, UserId};
use stoa_domain::kernel::page::{Cursor, Page, Start, Window};
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::business_profile::AccountType;
use stoa_domain::organizations::organization::{MemberOf, Organization};
use stoa_domain::organizations::ports::{BY_JOINING, OrganizationRepository};

use super::rows::{MemberOfRow, OrganizationRow};
use crate::persistence::connection::{Conn, on};
use crate::persistence::fault::fault;
use crate::persistence::paging::{instant_of, instant_text};
use crate::persistence::placement::Placement;
use crate::persistence::schema::control::{
    organization_access, organization_active_status, organization_default_roles, organization_info,
    organization_placements, organization_standings, organizations,
};
use crate::persistence::sql_types::{At, Id};
use crate::persistence::unit_of_work::{Control, Database};

impl OrganizationRepository for Control<'_> {
    fn find(&self, scope: &TenantScope) -> Result<Option<Organization>, StoreError> {
        let query = organizations::table.find(Id::from(scope.tenant()));
        let row = on!(self.conn, c => query.first::<OrganizationRow>(c).optional()).map_err(fault)?;
        row.map(Organization::try_from).transpose()
    }

    fn find_by_slug(&self, slug: &str) -> Result<Option<Organization>, StoreError> {
        let query = organizations::table.filter(organizations::slug.eq(slug));
        let row = on!(self.conn, c => query.first::<OrganizationRow>(c).optional()).map_err(fault)?;
        row.map(Organization::try_from).transpose()
    }

    fn find_as(&self, scope: &TenantScope, member: UserId) -> Result<Option<MemberOf>, StoreError> {
        use organization_standings::{joined_at, organization_id, rank, user_id};

        let query = organization_standings::table
            .inner_join(organizations::table.on(organizations::id.eq(organization_id)))
            .inner_join(
                organization_active_status::table.on(organization_active_status::organization_id.eq(organization_id)),
            )
            .inner_join(organization_info::table.on(organization_info::organization_id.eq(organization_id)))
            .filter(organization_id.eq(Id::from(scope.tenant())))
            .filter(user_id.eq(Id::from(member)))
            .select((
                organizations::all_columns,
                rank,
                joined_at,
                organization_active_status::status,
                organization_info::account_type,
            ));
        let row = on!(self.conn, c => query.first::<MemberOfRow>(c).optional()).map_err(fault)?;
        row.map(MemberOf::try_from).transpose()
    }

    fn list_of(&self, user: UserId, window: &Window) -> Result<Page<MemberOf>, StoreError> {
        use organization_standings::{joined_at, organization_id, rank, user_id};

        let standing = organization_active_status::organization_id.eq(organization_id);
        let own = organization_standings::table
            .inner_join(organization_active_status::table.on(standing))
            .filter(user_id.eq(Id::from(user)))
            .filter(organization_active_status::status.ne("archived"));
        let (rows, total) = on!(self.conn, c => {
            let mut rows = own
                .inner_join(organizations::table.on(organizations::id.eq(organization_id)))
                .inner_join(organization_info::table.on(organization_info::organization_id.eq(organization_id)))
                .select((
                    organizations::all_columns,
                    rank,
                    joined_at,
                    organization_active_status::status,
                    organization_info::account_type,
                ))
                .into_boxed();
            let mut total = None;
            match &window.start {
                Start::Offset(_) => total = Some(own.count().get_result::<i64>(c).map_err(fault)?),
                Start::After(cursor) => {
                    let (at, id) = (instant_of(&cursor.value)?, Id(cursor.id));
                    rows = rows.filter(joined_at.gt(at).or(joined_at.eq(at).and(organization_id.gt(id))));
                }
            }
            let rows = rows.order_by((joined_at.asc(), organization_id.asc()));
            let rows = rows.limit(window.fetch()).offset(window.offset());
            (rows.load::<MemberOfRow>(c).map_err(fault)?, total)
        });
        let items = rows.into_iter().map(MemberOf::try_from).collect::<Result<Vec<_>, _>>()?;
        Ok(Page::cut(items, total.map(i64::unsigned_abs), window, |last| Cursor {
            sort: BY_JOINING.to_owned(),
            value: instant_text(At(last.joined_at)),
            id: last.organization.id.as_uuid(),
        }))
    }

    fn insert(&self, organization: &Organization) -> Result<(), StoreError> {
        let row = OrganizationRow::from(organization);
        let inserted = on!(self.conn, c => {
            diesel::insert_into(organizations::table).values(&row).on_conflict_do_nothing().execute(c)
        });
        if inserted.map_err(fault)? == 0 {
            return Err(StoreError::Duplicate);
        }
        let profile = (
            organization_info::organization_id.eq(row.id),
            organization_info::account_type.eq(AccountType::Personal.as_str()),
            organization_info::version.eq(1),
            organization_info::updated_at.eq(row.created_at),
        );
        on!(self.conn, c => diesel::insert_into(organization_info::table).values(profile).execute(c)).map_err(fault)?;
        let access = (
            organization_access::organization_id.eq(row.id),
            organization_access::switched_off.eq(""),
            organization_access::version.eq(1),
            organization_access::updated_at.eq(row.created_at),
        );
        on!(self.conn, c => diesel::insert_into(organization_access::table).values(access).execute(c))
            .map_err(fault)?;
        let viewer = (
            organization_default_roles::organization_id.eq(row.id),
            organization_default_roles::role_id.eq(Id::from(VIEWER.id())),
        );
        on!(self.conn, c => diesel::insert_into(organization_default_roles::table).values(viewer).execute(c))
            .map_err(fault)?;
        let placement = (
            organization_placements::organization_id.eq(row.id),
            organization_placements::kind.eq(Placement::Pool.as_str()),
            organization_placements::created_at.eq(row.created_at),
        );
        on!(self.conn, c => diesel::insert_into(organization_placements::table).values(placement).execute(c))
            .map_err(fault)?;
        Ok(())
    }

    fn lock(&self, scope: &TenantScope) -> Result<(), StoreError> {
        let organization = organizations::table.find(Id::from(scope.tenant())).select(organizations::id);
        match &mut *self.conn.borrow_mut() {
            Conn::Postgres(c) => organization.for_no_key_update().first::<Id>(*c).optional().map(drop).map_err(fault),
            // One writer at a time: every other waits already.
            Conn::Sqlite(_) => Ok(()),
        }
    }

    fn update(&self, scope: &TenantScope, organization: &Organization) -> Result<(), StoreError> {
        let row = OrganizationRow::from(organization);
        let seen = organizations::table
            .filter(organizations::id.eq(Id::from(scope.tenant())))
            .filter(organizations::id.eq(row.id))
            .filter(organizations::version.eq(organization.version - 1));
        let updated = on!(self.conn, c => diesel::update(seen).set(&row).execute(c)).map_err(fault)?;
        if updated == 1 { Ok(()) } else { Err(StoreError::Stale) }
    }
}

impl Database {
    /// The kind of placement in the organization's control-plane row.
    pub(in crate::persistence) fn stored_placement(
        &self,
        organization: OrganizationId,
    ) -> Result<Option<String>, StoreError> {
        let query = organization_placements::table.find(Id::from(organization)).select(organization_placements::kind);
        self.read_control(|conn| on!(conn, c => query.first::<String>(c).optional()).map_err(fault))
    }
}
