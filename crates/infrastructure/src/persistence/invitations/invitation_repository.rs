//! Invitations in the control plane.

use diesel::dsl::{Eq, Filter};
use diesel::prelude::*;
use stoa_domain::identity::token::TokenDigest;
use stoa_domain::invitations::invitation::{Addressee, Invitation, InvitationStatus, OpenInvitation};
use stoa_domain::invitations::ports::{BY_CREATION, InvitationRepository};
use stoa_domain::kernel::actor::TenantScope;
use stoa_domain::kernel::ids::InvitationId;
use stoa_domain::kernel::page::{Cursor, Page, Start, Window};
use stoa_domain::kernel::sources::Timestamp;
use stoa_domain::kernel::store_error::StoreError;

use super::rows::{InvitationRow, OpenInvitationRow};
use crate::persistence::connection::on;
use crate::persistence::fault::fault;
use crate::persistence::paging::{instant_of, instant_text};
use crate::persistence::schema::control::invitations::{
    self, created_at, digest, email, ended_at, expires_at, id, organization_id, phone, sent_at, status,
};
use crate::persistence::schema::control::{organization_active_status, organizations};
use crate::persistence::sql_types::{At, Id};
use crate::persistence::unit_of_work::Control;

const PENDING: &str = InvitationStatus::Pending.as_str();
const EXPIRED: &str = InvitationStatus::Expired.as_str();

/// The invitations into an organization.
fn own(scope: &TenantScope) -> Filter<invitations::table, Eq<organization_id, Id>> {
    invitations::table.filter(organization_id.eq(Id::from(scope.tenant())))
}

/// Those of which this has become by an instant; the clock may know more than the row.
macro_rules! of_status {
    ($query:expr, $wanted:expr, $now:expr) => {
        match $wanted {
            None => $query,
            Some(InvitationStatus::Pending) => $query.filter(status.eq(PENDING)).filter(expires_at.gt($now)),
            Some(InvitationStatus::Expired) => {
                $query.filter(status.eq(EXPIRED).or(status.eq(PENDING).and(expires_at.le($now))))
            }
            Some(ended) => $query.filter(status.eq(ended.as_str())),
        }
    };
}

impl InvitationRepository for Control<'_> {
    fn find(&self, scope: &TenantScope, wanted: InvitationId) -> Result<Option<Invitation>, StoreError> {
        let query = own(scope).filter(id.eq(Id::from(wanted)));
        let row = on!(self.conn, c => query.first::<InvitationRow>(c).optional()).map_err(fault)?;
        row.map(Invitation::try_from).transpose()
    }

    fn find_open(&self, wanted: &TokenDigest, now: Timestamp) -> Result<Option<OpenInvitation>, StoreError> {
        let query = invitations::table
            .inner_join(organizations::table.on(organizations::id.eq(organization_id)))
            .inner_join(
                organization_active_status::table.on(organization_active_status::organization_id.eq(organization_id)),
            )
            .filter(organization_active_status::status.eq("active"))
            .filter(digest.eq(&wanted.0[..]))
            .filter(status.eq(PENDING))
            .filter(expires_at.gt(At(now)))
            .select((invitations::all_columns, organizations::name));
        let row = on!(self.conn, c => query.first::<OpenInvitationRow>(c).optional()).map_err(fault)?;
        row.map(OpenInvitation::try_from).transpose()
    }

    fn list(
        &self,
        scope: &TenantScope,
        wanted: Option<InvitationStatus>,
        now: Timestamp,
        window: &Window,
    ) -> Result<Page<Invitation>, StoreError> {
        let now = At(now);
        let (rows, total) = on!(self.conn, c => {
            let mut rows = of_status!(own(scope).into_boxed(), wanted, now);
            let mut total = None;
            match &window.start {
                Start::Offset(_) => {
                    let all = of_status!(own(scope).into_boxed(), wanted, now);
                    total = Some(all.count().get_result::<i64>(c).map_err(fault)?);
                }
                Start::After(cursor) => {
                    let (at, last) = (instant_of(&cursor.value)?, Id(cursor.id));
                    rows = rows.filter(created_at.gt(at).or(created_at.eq(at).and(id.gt(last))));
                }
            }
            let rows = rows.order_by((created_at.asc(), id.asc()));
            let rows = rows.limit(window.fetch()).offset(window.offset());
            (rows.load::<InvitationRow>(c).map_err(fault)?, total)
        });
        let items = rows.into_iter().map(Invitation::try_from).collect::<Result<Vec<_>, _>>()?;
        Ok(Page::cut(items, total.map(i64::unsigned_abs), window, |last| Cursor {
            sort: BY_CREATION.to_owned(),
            value: instant_text(At(last.created_at)),
            id: last.id.as_uuid(),
        }))
    }

    fn insert(&self, invitation: &Invitation) -> Result<(), StoreError> {
        let row = InvitationRow::from(invitation);
        let inserted = on!(self.conn, c => {
            diesel::insert_into(invitations::table).values(&row).on_conflict_do_nothing().execute(c)
        });
        if inserted.map_err(fault)? == 1 { Ok(()) } else { Err(StoreError::Duplicate) }
    }

    fn expire(&self, scope: &TenantScope, addressee: &Addressee, now: Timestamp) -> Result<(), StoreError> {
        let over = own(scope).filter(status.eq(PENDING)).filter(expires_at.le(At(now)));
        let noted = status.eq(EXPIRED);
        let noted = match addressee {
            Addressee::Email(address) => {
                let over = over.filter(email.eq(address.as_str()));
                on!(self.conn, c => diesel::update(over).set(noted).execute(c))
            }
            Addressee::Phone(number) => {
                let over = over.filter(phone.eq(number.as_str()));
                on!(self.conn, c => diesel::update(over).set(noted).execute(c))
            }
        };
        noted.map(drop).map_err(fault)
    }

    fn update(&self, scope: &TenantScope, before: &Invitation, after: &Invitation) -> Result<(), StoreError> {
        let seen = own(scope)
            .filter(id.eq(Id::from(before.id)))
            .filter(status.eq(before.status.as_str()))
            .filter(digest.eq(&before.digest.0[..]));
        let change = (
            status.eq(after.status.as_str()),
            digest.eq(&after.digest.0[..]),
            sent_at.eq(At(after.sent_at)),
            expires_at.eq(At(after.expires_at)),
            ended_at.eq(after.ended_at.map(At)),
        );
        let updated = on!(self.conn, c => diesel::update(seen).set(change).execute(c)).map_err(fault)?;
        if updated == 1 { Ok(()) } else { Err(StoreError::Stale) }
    }

    fn accept(&self, wanted: &TokenDigest, at: Timestamp) -> Result<bool, StoreError> {
        let open = invitations::table
            .filter(digest.eq(&wanted.0[..]))
            .filter(status.eq(PENDING))
            .filter(expires_at.gt(At(at)));
        let change = (status.eq(InvitationStatus::Accepted.as_str()), ended_at.eq(Some(At(at))));
        let accepted = on!(self.conn, c => diesel::update(open).set(change).execute(c)).map_err(fault)?;
        Ok(accepted == 1)
    }
}
