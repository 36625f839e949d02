//! Digests of the tokens that letters carry, in the control plane.

use diesel::dsl::{exists, select};
use diesel::prelude::*;
use stoa_domain::identity::one_time_token::{OneTimeToken, TokenPurpose};
use stoa_domain::identity::ports::OneTimeTokenRepository;
use stoa_domain::identity::token::TokenDigest;
use stoa_domain::kernel::ids::UserId;
use stoa_domain::kernel::sources::Timestamp;
use stoa_domain::kernel::store_error::StoreError;

use super::rows::NewOneTimeTokenRow;
use crate::persistence::connection::{Conn, on};
use crate::persistence::fault::fault;
use crate::persistence::schema::control::one_time_tokens::{
    self, digest, expires_at, issued_at, purpose, spent_at, user_id,
};
use crate::persistence::schema::control::users;
use crate::persistence::sql_types::{At, Id};
use crate::persistence::unit_of_work::Control;

/// The token, if it is good at this instant.
#[diesel::dsl::auto_type(no_type_alias)]
fn good<'a>(wanted: &'a [u8], wanted_for: &'static str, now: At) -> _ {
    one_time_tokens::table
        .filter(digest.eq(wanted))
        .filter(purpose.eq(wanted_for))
        .filter(spent_at.is_null())
        .filter(expires_at.gt(now))
}

impl OneTimeTokenRepository for Control<'_> {
    fn issue(&self, token: &OneTimeToken, not_after: Timestamp) -> Result<bool, StoreError> {
        let user = Id::from(token.user_id);
        if let Conn::Postgres(c) = &mut *self.conn.borrow_mut() {
            // Whoever issues at the same time waits here; SQLite has one writer anyway.
            let person = users::table.find(user).select(users::id).for_update();
            person.get_result::<Id>(&mut **c).map_err(fault)?;
        }
        let recent = one_time_tokens::table
            .filter(user_id.eq(user))
            .filter(purpose.eq(token.purpose.as_str()))
            .filter(issued_at.gt(At(not_after)));
        if on!(self.conn, c => select(exists(recent)).get_result::<bool>(c)).map_err(fault)? {
            return Ok(false);
        }
        let row = NewOneTimeTokenRow::from(token);
        on!(self.conn, c => diesel::insert_into(one_time_tokens::table).values(&row).execute(c)).map_err(fault)?;
        Ok(true)
    }

    fn find_owner(
        &self,
        wanted: &TokenDigest,
        wanted_for: TokenPurpose,
        now: Timestamp,
    ) -> Result<Option<UserId>, StoreError> {
        let query = good(&wanted.0, wanted_for.as_str(), At(now)).select(user_id);
        let owner = on!(self.conn, c => query.first::<Id>(c).optional()).map_err(fault)?;
        Ok(owner.map(UserId::from))
    }

    fn spend(&self, wanted: &TokenDigest, wanted_for: TokenPurpose, at: Timestamp) -> Result<bool, StoreError> {
        let token = good(&wanted.0, wanted_for.as_str(), At(at));
        let spent = on!(self.conn, c => diesel::update(token).set(spent_at.eq(Some(At(at)))).execute(c));
        Ok(spent.map_err(fault)? == 1)
    }

    fn spend_all(&self, user: UserId, wanted_for: TokenPurpose, at: Timestamp) -> Result<(), StoreError> {
        let unspent = one_time_tokens::table
            .filter(user_id.eq(Id::from(user)))
            .filter(purpose.eq(wanted_for.as_str()))
            .filter(spent_at.is_null());
        on!(self.conn, c => diesel::update(unspent).set(spent_at.eq(Some(At(at)))).execute(c)).map_err(fault)?;
        Ok(())
    }
}
