//! The identities that people have at other providers, in the control plane.

use diesel::helper_types::{Eq, Filter};
use diesel::prelude::*;
use stoa_domain::identity::external_identity::{ExternalIdentity, ProviderKey};
use stoa_domain::identity::ports::{BY_LINKING, ExternalIdentityRepository};
use stoa_domain::kernel::ids::{ExternalIdentityId, UserId};
use stoa_domain::kernel::page::{Cursor, Page, Start, Window};
use stoa_domain::kernel::sources::Timestamp;
use stoa_domain::kernel::store_error::StoreError;

use super::rows::ExternalIdentityRow;
use crate::persistence::connection::on;
use crate::persistence::fault::fault;
use crate::persistence::paging::{instant_of, instant_text};
use crate::persistence::schema::control::user_external_identities::{
    self, id, issuer, last_used_at, linked_at, provider, subject, user_id,
};
use crate::persistence::sql_types::{At, Id};
use crate::persistence::unit_of_work::Control;

type OfUser = Filter<user_external_identities::table, Eq<user_id, Id>>;

fn of(user: UserId) -> OfUser {
    user_external_identities::table.filter(user_id.eq(Id::from(user)))
}

impl ExternalIdentityRepository for Control<'_> {
    fn find(&self, of_issuer: &str, of_subject: &str) -> Result<Option<ExternalIdentity>, StoreError> {
        let query = user_external_identities::table.filter(issuer.eq(of_issuer)).filter(subject.eq(of_subject));
        let row = on!(self.conn, c => query.first::<ExternalIdentityRow>(c).optional()).map_err(fault)?;
        Ok(row.map(Into::into))
    }

    fn insert(&self, identity: &ExternalIdentity) -> Result<(), StoreError> {
        let row = ExternalIdentityRow::from(identity);
        let linked = on!(self.conn, c => {
            diesel::insert_into(user_external_identities::table).values(&row).on_conflict_do_nothing().execute(c)
        });
        if linked.map_err(fault)? == 1 { Ok(()) } else { Err(StoreError::Duplicate) }
    }

    fn note_use(&self, user: UserId, identity: ExternalIdentityId, at: Timestamp) -> Result<bool, StoreError> {
        let own = of(user).filter(id.eq(Id::from(identity)));
        let noted = on!(self.conn, c => diesel::update(own).set(last_used_at.eq(Some(At(at)))).execute(c));
        Ok(noted.map_err(fault)? == 1)
    }

    fn list(&self, user: UserId, window: &Window) -> Result<Page<ExternalIdentity>, StoreError> {
        let (rows, total) = on!(self.conn, c => {
            let mut rows = of(user).into_boxed();
            let mut total = None;
            match &window.start {
                Start::Offset(_) => total = Some(of(user).count().get_result::<i64>(c).map_err(fault)?),
                Start::After(cursor) => {
                    let (at, last) = (instant_of(&cursor.value)?, Id(cursor.id));
                    rows = rows.filter(linked_at.gt(at).or(linked_at.eq(at).and(id.gt(last))));
                }
            }
            let rows = rows.order_by((linked_at.asc(), id.asc()));
            let rows = rows.limit(window.fetch()).offset(window.offset());
            (rows.load::<ExternalIdentityRow>(c).map_err(fault)?, total)
        });
        let items = rows.into_iter().map(ExternalIdentity::from).collect();
        Ok(Page::cut(items, total.map(i64::unsigned_abs), window, |last| Cursor {
            sort: BY_LINKING.to_owned(),
            value: instant_text(At(last.linked_at)),
            id: last.id.as_uuid(),
        }))
    }

    fn list_providers(&self, user: UserId) -> Result<Vec<ProviderKey>, StoreError> {
        let query = of(user).select(provider).distinct();
        let mut keys = on!(self.conn, c => query.load::<String>(c)).map_err(fault)?;
        keys.sort_unstable();
        Ok(keys.into_iter().map(ProviderKey::from_store).collect())
    }

    fn remove(&self, user: UserId, removed: ExternalIdentityId) -> Result<Option<ExternalIdentity>, StoreError> {
        let identity = of(user).filter(id.eq(Id::from(removed)));
        let row = on!(self.conn, c => {
            diesel::delete(identity)
                .returning(user_external_identities::all_columns)
                .get_result::<ExternalIdentityRow>(c)
                .optional()
        });
        Ok(row.map_err(fault)?.map(Into::into))
    }
}
