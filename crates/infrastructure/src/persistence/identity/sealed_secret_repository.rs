//! The encrypted secrets of authenticators in the control plane.

use diesel::prelude::*;
use stoa_domain::identity::ports::SealedSecretRepository;
use stoa_domain::identity::second_factor::SealedSecret;
use stoa_domain::kernel::ids::UserId;
use stoa_domain::kernel::store_error::StoreError;

use crate::persistence::connection::on;
use crate::persistence::fault::fault;
use crate::persistence::schema::control::user_totp::{self, secret, user_id};
use crate::persistence::sql_types::Id;
use crate::persistence::unit_of_work::Control;

impl SealedSecretRepository for Control<'_> {
    fn list_after(&self, user: Option<UserId>, limit: u32) -> Result<Vec<(UserId, SealedSecret)>, StoreError> {
        let after = Id::from(user.unwrap_or(UserId::NIL));
        let query = user_totp::table
            .filter(user_id.gt(after))
            .order_by(user_id.asc())
            .limit(limit.into())
            .select((user_id, secret));
        let rows = on!(self.conn, c => query.load::<(Id, Vec<u8>)>(c)).map_err(fault)?;
        Ok(rows.into_iter().map(|(id, sealed)| (id.into(), SealedSecret(sealed))).collect())
    }

    fn replace(&self, user: UserId, before: &SealedSecret, after: &SealedSecret) -> Result<bool, StoreError> {
        let seen = user_totp::table.filter(user_id.eq(Id::from(user))).filter(secret.eq(&before.0));
        let replaced = on!(self.conn, c => diesel::update(seen).set(secret.eq(&after.0)).execute(c));
        Ok(replaced.map_err(fault)? == 1)
    }
}
