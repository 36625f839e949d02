//! Who is asked for a second factor, in the control plane.

use diesel::prelude::*;
use stoa_domain::identity::ports::ChallengeRepository;
use stoa_domain::identity::second_factor::Challenge;
use stoa_domain::identity::token::TokenDigest;
use stoa_domain::kernel::ids::UserId;
use stoa_domain::kernel::sources::Timestamp;
use stoa_domain::kernel::store_error::StoreError;

use crate::persistence::connection::on;
use crate::persistence::fault::fault;
use crate::persistence::schema::control::mfa_challenges::{self, digest, expires_at, user_id};
use crate::persistence::sql_types::{At, Id};
use crate::persistence::unit_of_work::Control;

impl ChallengeRepository for Control<'_> {
    fn insert(&self, challenge: &Challenge, now: Timestamp) -> Result<(), StoreError> {
        let user = Id::from(challenge.user_id);
        let expired = mfa_challenges::table.filter(user_id.eq(user)).filter(expires_at.le(At(now)));
        let row = (digest.eq(&challenge.digest.0[..]), user_id.eq(user), expires_at.eq(At(challenge.expires_at)));
        on!(self.conn, c => {
            diesel::delete(expired).execute(c).map_err(fault)?;
            diesel::insert_into(mfa_challenges::table).values(row).execute(c)
        })
        .map_err(fault)?;
        Ok(())
    }

    fn find(&self, wanted: &TokenDigest) -> Result<Option<Challenge>, StoreError> {
        let query = mfa_challenges::table.filter(digest.eq(&wanted.0[..])).select((user_id, expires_at));
        let row = on!(self.conn, c => query.first::<(Id, At)>(c).optional()).map_err(fault)?;
        Ok(row.map(|(user, end)| Challenge { digest: *wanted, user_id: user.into(), expires_at: end.0 }))
    }

    fn spend(&self, wanted: &TokenDigest) -> Result<bool, StoreError> {
        let challenge = mfa_challenges::table.filter(digest.eq(&wanted.0[..]));
        let spent = on!(self.conn, c => diesel::delete(challenge).execute(c)).map_err(fault)?;
        Ok(spent == 1)
    }

    fn remove_all(&self, user: UserId) -> Result<(), StoreError> {
        let all = mfa_challenges::table.filter(user_id.eq(Id::from(user)));
        on!(self.conn, c => diesel::delete(all).execute(c)).map_err(fault)?;
        Ok(())
    }
}
