//! Requests to be registered, in the control plane.

use diesel::dsl::{exists, select};
use diesel::prelude::*;
use stoa_domain::identity::ports::{BY_REQUESTING, RegistrationRepository};
use stoa_domain::identity::registration::{Decision, Registration, RegistrationStatus};
use stoa_domain::kernel::email::Email;
use stoa_domain::kernel::ids::RegistrationId;
use stoa_domain::kernel::page::{Cursor, Page, Start, Window};
use stoa_domain::kernel::reason::Reason;
use stoa_domain::kernel::store_error::StoreError;

use super::rows::RegistrationRow;
use crate::persistence::connection::on;
use crate::persistence::fault::fault;
use crate::persistence::paging::{instant_of, instant_text};
use crate::persistence::schema::control::registrations;
use crate::persistence::sql_types::{At, Id};
use crate::persistence::unit_of_work::Control;

impl RegistrationRepository for Control<'_> {
    fn is_pending(&self, email: &Email) -> Result<bool, StoreError> {
        let waiting = registrations::table
            .filter(registrations::email.eq(email.as_str()))
            .filter(registrations::status.eq(RegistrationStatus::Pending.as_str()));
        on!(self.conn, c => select(exists(waiting)).get_result::<bool>(c)).map_err(fault)
    }

    fn insert(&self, registration: &Registration) -> Result<(), StoreError> {
        let row = RegistrationRow::from(registration);
        let inserted = on!(self.conn, c => {
            diesel::insert_into(registrations::table).values(&row).on_conflict_do_nothing().execute(c)
        });
        if inserted.map_err(fault)? == 1 { Ok(()) } else { Err(StoreError::Duplicate) }
    }

    fn find(&self, id: RegistrationId) -> Result<Option<Registration>, StoreError> {
        let query = registrations::table.find(Id::from(id));
        let row = on!(self.conn, c => query.first::<RegistrationRow>(c).optional()).map_err(fault)?;
        row.map(Registration::try_from).transpose()
    }

    fn list(&self, status: Option<RegistrationStatus>, window: &Window) -> Result<Page<Registration>, StoreError> {
        use registrations::{id, requested_at};

        let (rows, total) = on!(self.conn, c => {
            let (mut rows, mut counted) = (registrations::table.into_boxed(), registrations::table.into_boxed());
            if let Some(status) = status {
                rows = rows.filter(registrations::status.eq(status.as_str()));
                counted = counted.filter(registrations::status.eq(status.as_str()));
            }
            let mut total = None;
            match &window.start {
                Start::Offset(_) => total = Some(counted.count().get_result::<i64>(c).map_err(fault)?),
                Start::After(cursor) => {
                    let (at, last) = (instant_of(&cursor.value)?, Id(cursor.id));
                    rows = rows.filter(requested_at.gt(at).or(requested_at.eq(at).and(id.gt(last))));
                }
            }
            let rows = rows.order_by((requested_at.asc(), id.asc()));
            let rows = rows.limit(window.fetch()).offset(window.offset());
            (rows.load::<RegistrationRow>(c).map_err(fault)?, total)
        });
        let items = rows.into_iter().map(Registration::try_from).collect::<Result<Vec<_>, _>>()?;
        Ok(Page::cut(items, total.map(i64::unsigned_abs), window, |last| Cursor {
            sort: BY_REQUESTING.to_owned(),
            value: instant_text(At(last.requested_at)),
            id: last.id.as_uuid(),
        }))
    }

    fn decide(&self, id: RegistrationId, decision: &Decision) -> Result<bool, StoreError> {
        let waiting = registrations::table
            .filter(registrations::id.eq(Id::from(id)))
            .filter(registrations::status.eq(RegistrationStatus::Pending.as_str()));
        let decided = (
            registrations::status.eq(decision.status.as_str()),
            registrations::decided_at.eq(Some(At(decision.at))),
            registrations::decided_by.eq(Some(Id::from(decision.by))),
            registrations::reason.eq(decision.reason.as_ref().map(Reason::as_str)),
            registrations::password_hash.eq(None::<String>),
        );
        let written = on!(self.conn, c => diesel::update(waiting).set(decided).execute(c)).map_err(fault)?;
        Ok(written == 1)
    }
}
