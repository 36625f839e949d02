//! One use case, one transaction.
//!
//! A use case hands a closure to the unit of work; the closure receives a plain struct of ports,
//! all on the connection of one transaction. It commits when the closure answers `Ok` and rolls
//! back otherwise: no repository can commit, and no use case can forget to.

use super::store_error::StoreError;

/// A context's pair of types: what proves the right to its data, and the ports it works with.
pub trait Context: 'static {
    /// The proof that opens the transaction.
    type Scope;
    /// The ports, valid inside the transaction.
    type Tx<'t>;
}

/// How much of a transaction the work needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Reads and writes; committed as a whole.
    Write,
    /// Several reads of one consistent state; writing fails.
    Snapshot,
    /// Exactly one reading statement, which is its own snapshot.
    Statement,
}

/// The closure failed; its error was kept outside and the transaction must be rolled back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Abort;

/// Why a transaction did not commit.
#[derive(Debug, PartialEq, Eq)]
pub enum TxError {
    /// The closure asked for it.
    Aborted,
    /// The store could not begin, or not commit.
    Store(StoreError),
}

/// Runs work in a transaction.
///
/// An adapter must call `work` at most once; must commit exactly when it answers `Ok(())`, and
/// answer `Ok(())` only after the commit; must leave nothing behind otherwise, even when `work`
/// panics; and must show `work` only rows of the scope's tenant.
pub trait UnitOfWork<C: Context>: Send + Sync {
    /// The adapter's half: callers use [`run`](Self::run), [`snapshot`](Self::snapshot) or
    /// [`statement`](Self::statement).
    ///
    /// # Errors
    /// [`TxError::Aborted`] when `work` failed, [`TxError::Store`] when the store did.
    fn run_raw(
        &self,
        mode: Mode,
        scope: &C::Scope,
        work: &mut dyn FnMut(&C::Tx<'_>) -> Result<(), Abort>,
    ) -> Result<(), TxError>;
}

impl<C: Context> dyn UnitOfWork<C> {
    /// Reads and writes in one transaction; commits when `work` answers `Ok`.
    ///
    /// # Errors
    /// What `work` answered, or what the store said to the commit.
    pub fn run<T, E: From<StoreError>>(
        &self,
        scope: &C::Scope,
        work: impl FnOnce(&C::Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.run_in(Mode::Write, scope, work)
    }

    /// Reads one consistent state.
    ///
    /// # Errors
    /// What `work` answered, or what the store said.
    pub fn snapshot<T, E: From<StoreError>>(
        &self,
        scope: &C::Scope,
        work: impl FnOnce(&C::Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.run_in(Mode::Snapshot, scope, work)
    }

    /// Reads with a single statement and no transaction around it.
    ///
    /// # Errors
    /// What `work` answered, or what the store said.
    pub fn statement<T, E: From<StoreError>>(
        &self,
        scope: &C::Scope,
        work: impl FnOnce(&C::Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.run_in(Mode::Statement, scope, work)
    }

    fn run_in<T, E: From<StoreError>>(
        &self,
        mode: Mode,
        scope: &C::Scope,
        work: impl FnOnce(&C::Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut work = Some(work);
        let mut outcome = None;
        let ended = self.run_raw(mode, scope, &mut |tx| {
            let Some(work) = work.take() else { return Err(Abort) };
            match work(tx) {
                Ok(value) => {
                    outcome = Some(Ok(value));
                    Ok(())
                }
                Err(error) => {
                    outcome = Some(Err(error));
                    Err(Abort)
                }
            }
        });
        match (ended, outcome) {
            (Ok(()), Some(Ok(value))) => Ok(value),
            (_, Some(Err(error))) => Err(error),
            (Err(TxError::Store(error)), _) => Err(error.into()),
            (_, _) => Err(StoreError::Internal("the work was not run".into()).into()),
        }
    }
}
