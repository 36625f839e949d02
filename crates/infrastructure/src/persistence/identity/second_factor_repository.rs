//! Authenticators and recovery codes in the control plane.

use diesel::prelude::*;
use stoa_domain::identity::ports::SecondFactorRepository;
use stoa_domain::identity::second_factor::{SealedSecret, Totp};
use stoa_domain::identity::token::TokenDigest;
use stoa_domain::kernel::ids::UserId;
use stoa_domain::kernel::sources::Timestamp;
use stoa_domain::kernel::store_error::StoreError;

use crate::persistence::connection::on;
use crate::persistence::fault::fault;
use crate::persistence::schema::control::{user_recovery_codes, user_totp};
use crate::persistence::sql_types::{At, Id};
use crate::persistence::unit_of_work::Control;

impl SecondFactorRepository for Control<'_> {
    fn find(&self, user: UserId) -> Result<Option<Totp>, StoreError> {
        use user_totp::{begun_at, confirmed_at, secret};

        let query = user_totp::table.find(Id::from(user)).select((secret, begun_at, confirmed_at));
        let row = on!(self.conn, c => query.first::<(Vec<u8>, At, Option<At>)>(c).optional()).map_err(fault)?;
        Ok(row.map(|(sealed, begun, confirmed)| Totp {
            user_id: user,
            secret: SealedSecret(sealed),
            begun_at: begun.0,
            confirmed_at: confirmed.map(|at| at.0),
        }))
    }

    fn begin(&self, totp: &Totp) -> Result<(), StoreError> {
        use user_totp::{begun_at, confirmed_at, last_step, secret, user_id};

        let user = Id::from(totp.user_id);
        let fresh = (secret.eq(&totp.secret.0), begun_at.eq(At(totp.begun_at)));
        let unconfirmed = user_totp::table.filter(user_id.eq(user)).filter(confirmed_at.is_null());
        let row = (user_id.eq(user), fresh, confirmed_at.eq(None::<At>), last_step.eq(None::<i64>));
        let begun = on!(self.conn, c => {
            match diesel::update(unconfirmed).set(fresh).execute(c).map_err(fault)? {
                0 => diesel::insert_into(user_totp::table).values(row).on_conflict_do_nothing().execute(c),
                replaced => Ok(replaced),
            }
        });
        if begun.map_err(fault)? == 1 { Ok(()) } else { Err(StoreError::Duplicate) }
    }

    fn confirm(&self, totp: &Totp, step: i64, at: Timestamp) -> Result<bool, StoreError> {
        use user_totp::{confirmed_at, last_step, secret, user_id};

        let seen = user_totp::table
            .filter(user_id.eq(Id::from(totp.user_id)))
            .filter(secret.eq(&totp.secret.0))
            .filter(confirmed_at.is_null());
        let proven = (confirmed_at.eq(Some(At(at))), last_step.eq(Some(step)));
        let confirmed = on!(self.conn, c => diesel::update(seen).set(proven).execute(c)).map_err(fault)?;
        Ok(confirmed == 1)
    }

    fn spend_step(&self, user: UserId, step: i64) -> Result<bool, StoreError> {
        use user_totp::{confirmed_at, last_step, user_id};

        let earlier = user_totp::table
            .filter(user_id.eq(Id::from(user)))
            .filter(confirmed_at.is_not_null())
            .filter(last_step.is_null().or(last_step.lt(Some(step))));
        let spent = on!(self.conn, c => diesel::update(earlier).set(last_step.eq(Some(step))).execute(c));
        Ok(spent.map_err(fault)? == 1)
    }

    fn put_recovery_codes(&self, user: UserId, digests: &[TokenDigest]) -> Result<(), StoreError> {
        use user_recovery_codes::{digest, spent_at, user_id};

        let all = user_recovery_codes::table.filter(user_id.eq(Id::from(user)));
        on!(self.conn, c => diesel::delete(all).execute(c)).map_err(fault)?;
        for code in digests {
            let row = (user_id.eq(Id::from(user)), digest.eq(&code.0[..]), spent_at.eq(None::<At>));
            on!(self.conn, c => diesel::insert_into(user_recovery_codes::table).values(row).execute(c))
                .map_err(fault)?;
        }
        Ok(())
    }

    fn spend_recovery_code(&self, user: UserId, wanted: &TokenDigest, at: Timestamp) -> Result<bool, StoreError> {
        use user_recovery_codes::{digest, spent_at, user_id};

        let good = user_recovery_codes::table
            .filter(user_id.eq(Id::from(user)))
            .filter(digest.eq(&wanted.0[..]))
            .filter(spent_at.is_null());
        let spent = on!(self.conn, c => diesel::update(good).set(spent_at.eq(Some(At(at)))).execute(c));
        Ok(spent.map_err(fault)? == 1)
    }

    fn remove(&self, user: UserId) -> Result<bool, StoreError> {
        let codes = user_recovery_codes::table.filter(user_recovery_codes::user_id.eq(Id::from(user)));
        let authenticator = user_totp::table.filter(user_totp::user_id.eq(Id::from(user)));
        let removed = on!(self.conn, c => {
            diesel::delete(codes).execute(c).map_err(fault)?;
            diesel::delete(authenticator).execute(c)
        });
        Ok(removed.map_err(fault)? == 1)
    }
}
