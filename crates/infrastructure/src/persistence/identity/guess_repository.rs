//! Wrong guesses in the control plane.

use diesel::prelude::*;
use sha2::{Digest, Sha256};
use stoa_domain::identity::guess::{Consequence, Counted, GuessPolicy, Guessed};
use stoa_domain::identity::ports::GuessRepository;
use stoa_domain::kernel::sources::Timestamp;
use stoa_domain::kernel::store_error::StoreError;

use crate::persistence::connection::on;
use crate::persistence::fault::fault;
use crate::persistence::schema::control::wrong_guesses::{self, digest, failures, forgotten_at, rests_until};
use crate::persistence::sql_types::At;
use crate::persistence::unit_of_work::Control;

/// What it is stored under. Different kinds never share a digest.
fn digest_of(guessed: &Guessed) -> Vec<u8> {
    let text = match guessed {
        Guessed::Password(email) => format!("password {email}"),
        Guessed::SecondFactor(user) => format!("second factor {user}"),
        Guessed::From(address) => format!("from {address}"),
    };
    Sha256::digest(text.as_bytes()).to_vec()
}

impl GuessRepository for Control<'_> {
    fn resting(&self, guessed: &[Guessed], now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let digests: Vec<_> = guessed.iter().map(digest_of).collect();
        let rests = on!(self.conn, c => {
            wrong_guesses::table
                .filter(digest.eq_any(&digests))
                .filter(rests_until.gt(Some(At(now))))
                .select(rests_until.assume_not_null())
                .load::<At>(c)
        });
        Ok(rests.map_err(fault)?.into_iter().map(|end| end.0).max())
    }

    fn count(&self, guessed: &Guessed, now: Timestamp, policy: &GuessPolicy) -> Result<Counted, StoreError> {
        let wanted = digest_of(guessed);
        let row = || wrong_guesses::table.filter(digest.eq(&wanted));
        let first = (
            digest.eq(&wanted),
            failures.eq(0),
            rests_until.eq(None::<At>),
            forgotten_at.eq(At(policy.first_forgotten_at(guessed, now))),
        );
        let counted = on!(self.conn, c => {
            diesel::delete(row().filter(forgotten_at.le(At(now)))).execute(c).map_err(fault)?;
            diesel::insert_into(wrong_guesses::table)
                .values(first)
                .on_conflict_do_nothing()
                .execute(c)
                .map_err(fault)?;
            // Whoever waits here for a concurrent failure sees what it has led to.
            diesel::update(row().filter(rests_until.is_null().or(rests_until.le(Some(At(now))))))
                .set(failures.eq(failures + 1))
                .returning((failures, forgotten_at))
                .get_result::<(i64, At)>(c)
                .optional()
        });
        let Some((count, end)) = counted.map_err(fault)? else {
            let until = on!(self.conn, c => row().select(rests_until.assume_not_null()).first::<At>(c));
            return Ok(Counted::Resting(until.map_err(fault)?.0));
        };
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let Consequence { rests_until: until, forgotten_at: forgotten } = policy.consequence(guessed, count, now);
        let changes = (rests_until.eq(until.map(At)), forgotten_at.eq(forgotten.map_or(end, At)));
        on!(self.conn, c => diesel::update(row()).set(changes).execute(c)).map_err(fault)?;
        Ok(Counted::Failure { failures: count, rests_until: until })
    }

    fn forgive(&self, guessed: &Guessed, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let wanted = digest_of(guessed);
        let row = || wrong_guesses::table.filter(digest.eq(&wanted));
        let rest = on!(self.conn, c => {
            diesel::delete(row().filter(rests_until.is_null().or(rests_until.le(Some(At(now))))))
                .execute(c)
                .map_err(fault)?;
            row().select(rests_until).first::<Option<At>>(c).optional()
        });
        Ok(rest.map_err(fault)?.flatten().map(|end| end.0))
    }

    fn clear(&self, guessed: &Guessed) -> Result<u32, StoreError> {
        let row = wrong_guesses::table.filter(digest.eq(digest_of(guessed)));
        let cleared = on!(self.conn, c => {
            diesel::delete(row).returning(failures).get_result::<i64>(c).optional()
        });
        Ok(cleared.map_err(fault)?.map_or(0, |count| u32::try_from(count).unwrap_or(u32::MAX)))
    }

    fn forget_old(&self, now: Timestamp) -> Result<(), StoreError> {
        let old = wrong_guesses::table.filter(forgotten_at.le(At(now)));
        on!(self.conn, c => diesel::delete(old).execute(c)).map_err(fault)?;
        Ok(())
    }
}
