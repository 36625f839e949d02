//! Digests of refresh tokens in the control plane.

use diesel::prelude::*;
use stoa_domain::identity::ports::RefreshTokenRepository;
use stoa_domain::identity::token::{RefreshToken, Spending, TokenDigest, TokenOwner};
use stoa_domain::kernel::sources::Timestamp;
use stoa_domain::kernel::store_error::StoreError;

use super::rows::NewRefreshTokenRow;
use crate::persistence::connection::on;
use crate::persistence::fault::fault;
use crate::persistence::schema::control::refresh_tokens::{self, digest, expires_at, session_id, spent_at};
use crate::persistence::schema::control::sessions;
use crate::persistence::sql_types::{At, Id};
use crate::persistence::unit_of_work::Control;

impl RefreshTokenRepository for Control<'_> {
    fn insert(&self, token: &RefreshToken) -> Result<(), StoreError> {
        let row = NewRefreshTokenRow::from(token);
        on!(self.conn, c => diesel::insert_into(refresh_tokens::table).values(&row).execute(c)).map_err(fault)?;
        Ok(())
    }

    fn find_owner(&self, wanted: &TokenDigest) -> Result<Option<TokenOwner>, StoreError> {
        let query = refresh_tokens::table
            .inner_join(sessions::table.on(sessions::id.eq(session_id)))
            .filter(digest.eq(&wanted.0[..]))
            .select((sessions::id, sessions::user_id, sessions::organization_id));
        let row = on!(self.conn, c => query.first::<(Id, Id, Option<Id>)>(c).optional()).map_err(fault)?;
        Ok(row.map(|(session, user, organization)| TokenOwner {
            session_id: session.into(),
            user_id: user.into(),
            organization_id: organization.map(Into::into),
        }))
    }

    fn spend(&self, wanted: &TokenDigest, at: Timestamp) -> Result<Spending, StoreError> {
        let token = refresh_tokens::table.filter(digest.eq(&wanted.0[..]));
        let spent = on!(self.conn, c => {
            diesel::update(token.filter(spent_at.is_null()))
                .set(spent_at.eq(Some(At(at))))
                .returning((session_id, expires_at))
                .get_result::<(Id, At)>(c)
                .optional()
        });
        if let Some((session, until)) = spent.map_err(fault)? {
            return Ok(Spending::Spent { session_id: session.into(), expires_at: until.0 });
        }
        let known = on!(self.conn, c => token.select(session_id).first::<Id>(c).optional()).map_err(fault)?;
        Ok(known.map_or(Spending::Unknown, |session| Spending::Replayed { session_id: session.into() }))
    }
}
