//! Who has been sent to a provider, in the control plane.

use diesel::prelude::*;
use stoa_domain::identity::external_identity::{ProviderKey, ProviderStart};
use stoa_domain::identity::ports::ProviderStartRepository;
use stoa_domain::identity::second_factor::SealedSecret;
use stoa_domain::identity::token::TokenDigest;
use stoa_domain::kernel::store_error::StoreError;

use crate::persistence::connection::on;
use crate::persistence::fault::fault;
use crate::persistence::schema::control::provider_starts::{self, digest, expires_at, provider, sealed, user_id};
use crate::persistence::sql_types::{At, Id};
use crate::persistence::unit_of_work::Control;

impl ProviderStartRepository for Control<'_> {
    fn insert(&self, start: &ProviderStart) -> Result<(), StoreError> {
        let row = (
            digest.eq(&start.digest.0[..]),
            provider.eq(start.provider.as_str()),
            sealed.eq(&start.sealed.0),
            user_id.eq(start.user_id.map(Id::from)),
            expires_at.eq(At(start.expires_at)),
        );
        on!(self.conn, c => diesel::insert_into(provider_starts::table).values(row).execute(c)).map_err(fault)?;
        Ok(())
    }

    fn find(&self, wanted: &TokenDigest) -> Result<Option<ProviderStart>, StoreError> {
        let query = provider_starts::table.filter(digest.eq(&wanted.0[..]));
        let query = query.select((provider, sealed, user_id, expires_at));
        let row = on!(self.conn, c => query.first::<(String, Vec<u8>, Option<Id>, At)>(c).optional()).map_err(fault)?;
        Ok(row.map(|(key, secret, user, end)| ProviderStart {
            digest: *wanted,
            provider: ProviderKey::from_store(key),
            sealed: SealedSecret(secret),
            user_id: user.map(Into::into),
            expires_at: end.0,
        }))
    }

    fn spend(&self, wanted: &TokenDigest) -> Result<bool, StoreError> {
        let start = provider_starts::table.filter(digest.eq(&wanted.0[..]));
        let spent = on!(self.conn, c => diesel::delete(start).execute(c)).map_err(fault)?;
        Ok(spent == 1)
    }
}
