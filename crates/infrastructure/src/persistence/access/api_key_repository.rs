//! API keys in the control plane.

use std::net::IpAddr;

use diesel::dsl::IsNull;
use diesel::helper_types::{Eq, Filter};
use diesel::prelude::*;
use stoa_domain::access::api_key::{ActiveKey, ApiKey, USE_NOTED_EVERY};
use stoa_domain::access::ports::{ApiKeyRepository, BY_CREATION};
use stoa_domain::identity::token::TokenDigest;
use stoa_domain::kernel::actor::TenantScope;
use stoa_domain::kernel::ids::ApiKeyId;
use stoa_domain::kernel::page::{Cursor, Page, Start, Window};
use stoa_domain::kernel::sources::Timestamp;
use stoa_domain::kernel::store_error::StoreError;

use super::rows::{ActiveKeyRow, ApiKeyRow, COLUMNS};
use crate::persistence::connection::on;
use crate::persistence::fault::fault;
use crate::persistence::paging::{instant_of, instant_text};
use crate::persistence::schema::control::{api_keys, organization_access, organization_active_status, organizations};
use crate::persistence::sql_types::{At, Id};
use crate::persistence::unit_of_work::Control;

type Own = Filter<Filter<api_keys::table, Eq<api_keys::organization_id, Id>>, IsNull<api_keys::revoked_at>>;

/// The keys of an organization that were not revoked.
fn own(scope: &TenantScope) -> Own {
    api_keys::table
        .filter(api_keys::organization_id.eq(Id::from(scope.tenant())))
        .filter(api_keys::revoked_at.is_null())
}

impl ApiKeyRepository for Control<'_> {
    fn find(&self, scope: &TenantScope, id: ApiKeyId) -> Result<Option<ApiKey>, StoreError> {
        let query = own(scope).filter(api_keys::id.eq(Id::from(id))).select(COLUMNS);
        let row = on!(self.conn, c => query.first::<ApiKeyRow>(c).optional()).map_err(fault)?;
        row.map(ApiKey::try_from).transpose()
    }

    fn find_active(&self, digest: &TokenDigest) -> Result<Option<ActiveKey>, StoreError> {
        let stands = organization_active_status::organization_id.eq(api_keys::organization_id);
        let access = organization_access::organization_id.eq(api_keys::organization_id);
        let query = api_keys::table
            .inner_join(organizations::table.on(organizations::id.eq(api_keys::organization_id)))
            .inner_join(organization_access::table.on(access))
            .inner_join(organization_active_status::table.on(stands))
            .filter(api_keys::digest.eq(&digest.0[..]))
            .filter(api_keys::revoked_at.is_null())
            .filter(organization_active_status::status.ne("archived"))
            .select((
                COLUMNS,
                organizations::slug,
                organization_active_status::status,
                organization_access::switched_off,
            ));
        let row = on!(self.conn, c => query.first::<ActiveKeyRow>(c).optional()).map_err(fault)?;
        row.map(ActiveKey::try_from).transpose()
    }

    fn list(&self, scope: &TenantScope, window: &Window) -> Result<Page<ApiKey>, StoreError> {
        use api_keys::{created_at, id};

        let (rows, total) = on!(self.conn, c => {
            let mut rows = own(scope).select(COLUMNS).into_boxed();
            let mut total = None;
            match &window.start {
                Start::Offset(_) => total = Some(own(scope).count().get_result::<i64>(c).map_err(fault)?),
                Start::After(cursor) => {
                    let (at, last) = (instant_of(&cursor.value)?, Id(cursor.id));
                    rows = rows.filter(created_at.gt(at).or(created_at.eq(at).and(id.gt(last))));
                }
            }
            let rows = rows.order_by((created_at.asc(), id.asc()));
            let rows = rows.limit(window.fetch()).offset(window.offset());
            (rows.load::<ApiKeyRow>(c).map_err(fault)?, total)
        });
        let items = rows.into_iter().map(ApiKey::try_from).collect::<Result<Vec<_>, _>>()?;
        Ok(Page::cut(items, total.map(i64::unsigned_abs), window, |last| Cursor {
            sort: BY_CREATION.to_owned(),
            value: instant_text(At(last.created_at)),
            id: last.id.as_uuid(),
        }))
    }

    fn insert(&self, key: &ApiKey) -> Result<(), StoreError> {
        let row = ApiKeyRow::from(key);
        on!(self.conn, c => diesel::insert_into(api_keys::table).values(&row).execute(c)).map_err(fault)?;
        Ok(())
    }

    fn replace_text(&self, scope: &TenantScope, before: &ApiKey, after: &ApiKey) -> Result<(), StoreError> {
        let seen =
            own(scope).filter(api_keys::id.eq(Id::from(before.id))).filter(api_keys::digest.eq(&before.digest.0[..]));
        let text = (
            api_keys::digest.eq(&after.digest.0[..]),
            api_keys::prefix.eq(&after.prefix),
            api_keys::rotated_at.eq(after.rotated_at.map(At)),
        );
        let replaced = on!(self.conn, c => diesel::update(seen).set(text).execute(c)).map_err(fault)?;
        if replaced == 1 { Ok(()) } else { Err(StoreError::Stale) }
    }

    fn revoke(&self, scope: &TenantScope, id: ApiKeyId, at: Timestamp) -> Result<bool, StoreError> {
        let live = own(scope).filter(api_keys::id.eq(Id::from(id)));
        let revoked = on!(self.conn, c => {
            diesel::update(live).set(api_keys::revoked_at.eq(Some(At(at)))).execute(c)
        });
        Ok(revoked.map_err(fault)? == 1)
    }

    fn note_use(&self, id: ApiKeyId, at: Timestamp, from: Option<IpAddr>) -> Result<bool, StoreError> {
        let long_ago = Some(At(at - USE_NOTED_EVERY));
        let due = api_keys::table
            .filter(api_keys::id.eq(Id::from(id)))
            .filter(api_keys::last_used_at.is_null().or(api_keys::last_used_at.le(long_ago)));
        let used = (
            api_keys::last_used_at.eq(Some(At(at))),
            api_keys::last_used_ip.eq(from.map(|address| address.to_canonical().to_string())),
        );
        let noted = on!(self.conn, c => diesel::update(due).set(used).execute(c)).map_err(fault)?;
        Ok(noted == 1)
    }
}
