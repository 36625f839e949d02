//! Password hashes in the control plane.

use diesel::prelude::*;
use stoa_domain::identity::password::PasswordHash;
use stoa_domain::identity::ports::CredentialRepository;
use stoa_domain::kernel::ids::UserId;
use stoa_domain::kernel::sources::Timestamp;
use stoa_domain::kernel::store_error::StoreError;

use crate::persistence::connection::{Conn, on};
use crate::persistence::fault::fault;
use crate::persistence::schema::control::user_login_password::{self, password_hash, updated_at, user_id};
use crate::persistence::sql_types::{At, Id};
use crate::persistence::unit_of_work::Control;

impl CredentialRepository for Control<'_> {
    fn find(&self, user: UserId) -> Result<Option<PasswordHash>, StoreError> {
        let query = user_login_password::table.find(Id::from(user)).select(password_hash);
        let phc = on!(self.conn, c => query.first::<String>(c).optional()).map_err(fault)?;
        Ok(phc.map(PasswordHash::from_phc))
    }

    fn lock(&self, user: UserId) -> Result<Option<PasswordHash>, StoreError> {
        let row = user_login_password::table.find(Id::from(user)).select(password_hash);
        let phc = match &mut *self.conn.borrow_mut() {
            Conn::Postgres(c) => row.for_update().get_result::<String>(&mut **c).optional(),
            // The transaction is the only one that writes.
            Conn::Sqlite(c) => row.get_result::<String>(&mut **c).optional(),
        };
        Ok(phc.map_err(fault)?.map(PasswordHash::from_phc))
    }

    fn put(&self, user: UserId, hash: &PasswordHash, at: Timestamp) -> Result<(), StoreError> {
        let value = (password_hash.eq(hash.as_phc()), updated_at.eq(At(at)));
        let row = (user_id.eq(Id::from(user)), value);
        on!(self.conn, c => {
            diesel::insert_into(user_login_password::table)
                .values(row)
                .on_conflict(user_id)
                .do_update()
                .set(value)
                .execute(c)
        })
        .map_err(fault)?;
        Ok(())
    }

    fn replace(
        &self,
        user: UserId,
        before: &PasswordHash,
        after: &PasswordHash,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let seen =
            user_login_password::table.filter(user_id.eq(Id::from(user))).filter(password_hash.eq(before.as_phc()));
        let value = (password_hash.eq(after.as_phc()), updated_at.eq(At(at)));
        let replaced = on!(self.conn, c => diesel::update(seen).set(value).execute(c)).map_err(fault)?;
        if replaced == 1 { Ok(()) } else { Err(StoreError::Stale) }
    }
}
