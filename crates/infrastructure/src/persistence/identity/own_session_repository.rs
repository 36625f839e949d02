//! The sessions of one person in the control plane.

use diesel::dsl::IsNull;
use diesel::helper_types::{Eq, Filter, Gt};
use diesel::prelude::*;
use stoa_domain::identity::ports::{BY_BEGINNING, OwnSessionRepository};
use stoa_domain::identity::session::OwnSession;
use stoa_domain::kernel::ids::{SessionId, UserId};
use stoa_domain::kernel::page::{Cursor, Page, Start, Window};
use stoa_domain::kernel::sources::Timestamp;
use stoa_domain::kernel::store_error::StoreError;

use super::rows::OwnSessionRow;
use crate::persistence::connection::on;
use crate::persistence::fault::fault;
use crate::persistence::paging::{instant_of, instant_text};
use crate::persistence::schema::control::sessions;
use crate::persistence::sql_types::{At, Id};
use crate::persistence::unit_of_work::Control;

type OfUser = Filter<sessions::table, Eq<sessions::user_id, Id>>;
type GoingOn = Filter<Filter<OfUser, IsNull<sessions::revoked_at>>, Gt<sessions::expires_at, At>>;

/// The sessions of a person that go on.
fn going_on(user: UserId, now: Timestamp) -> GoingOn {
    sessions::table
        .filter(sessions::user_id.eq(Id::from(user)))
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(At(now)))
}

impl OwnSessionRepository for Control<'_> {
    fn list(&self, user: UserId, now: Timestamp, window: &Window) -> Result<Page<OwnSession>, StoreError> {
        use sessions::{created_at, id};

        let (rows, total) = on!(self.conn, c => {
            let mut rows = going_on(user, now).select(OwnSessionRow::as_select()).into_boxed();
            let mut total = None;
            match &window.start {
                Start::Offset(_) => total = Some(going_on(user, now).count().get_result::<i64>(c).map_err(fault)?),
                Start::After(cursor) => {
                    let (at, last) = (instant_of(&cursor.value)?, Id(cursor.id));
                    rows = rows.filter(created_at.gt(at).or(created_at.eq(at).and(id.gt(last))));
                }
            }
            let rows = rows.order_by((created_at.asc(), id.asc()));
            let rows = rows.limit(window.fetch()).offset(window.offset());
            (rows.load::<OwnSessionRow>(c).map_err(fault)?, total)
        });
        let items = rows.into_iter().map(OwnSession::from).collect();
        Ok(Page::cut(items, total.map(i64::unsigned_abs), window, |last| Cursor {
            sort: BY_BEGINNING.to_owned(),
            value: instant_text(At(last.created_at)),
            id: last.id.as_uuid(),
        }))
    }

    fn end(&self, user: UserId, id: SessionId, at: Timestamp) -> Result<bool, StoreError> {
        let session = going_on(user, at).filter(sessions::id.eq(Id::from(id)));
        let ended = on!(self.conn, c => {
            diesel::update(session).set(sessions::revoked_at.eq(Some(At(at)))).execute(c)
        });
        Ok(ended.map_err(fault)? == 1)
    }

    fn end_all(&self, user: UserId, keep: Option<SessionId>, at: Timestamp) -> Result<Vec<SessionId>, StoreError> {
        let others = going_on(user, at).filter(sessions::id.ne(Id::from(keep.unwrap_or(SessionId::NIL))));
        let ended = on!(self.conn, c => {
            diesel::update(others)
                .set(sessions::revoked_at.eq(Some(At(at))))
                .returning(sessions::id)
                .get_results::<Id>(c)
        });
        let mut ended: Vec<_> = ended.map_err(fault)?.into_iter().map(SessionId::from).collect();
        ended.sort();
        Ok(ended)
    }
}
