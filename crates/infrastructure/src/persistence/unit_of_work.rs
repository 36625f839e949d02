//! The unit of work over Diesel: one transaction, one connection, every port of a context on it.

use std::cell::{Cell, RefCell};

use diesel::Connection;
use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel::pg::PgConnection;
use diesel::sqlite::SqliteConnection;
use stoa_domain::access::ports::{Access, AccessTx};
use stoa_domain::audit::ports::{ChainTx, Chains, Staging, StagingTx};
use stoa_domain::cold_storage::ports::{ColdStorage, ColdStorageTx};
use stoa_domain::housekeeping::ports::{Clearance, ClearanceTx, Housekeeping, HousekeepingTx};
use stoa_domain::identity::ports::{Identity, IdentityTx};
use stoa_domain::invitations::ports::{Invitations, InvitationsTx};
use stoa_domain::kernel::actor::{ControlScope, TenantScope};
use stoa_domain::kernel::ids::OrganizationId;
use stoa_domain::kernel::readiness::Readiness;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::kernel::unit_of_work::{Abort, Context, Mode, TxError, UnitOfWork};
use stoa_domain::organizations::ports::{Organizations, OrganizationsTx};
use stoa_domain::outbox::ports::{Delivery, DeliveryTx};
use stoa_domain::people::ports::{People, PeopleTx};

use super::audit::unsealed::Unsealed;
use super::connection::{Conn, on};
use super::fault::fault;
use super::placement::{Placement, PlacementRouter};
use super::pool::{DatabaseUrl, Live, PoolSettings, Pools, check_out};
use crate::crypto::audit_key::PersonalDigests;

/// The databases of an installation. Cheap to share behind an `Arc`.
pub struct Database {
    control: Pools,
    router: PlacementRouter,
    pub(super) unsealed: Unsealed,
    digests: PersonalDigests,
}

/// The ports of the tenant plane, on the connection of one transaction.
pub(super) struct Tenant<'c> {
    pub(super) conn: RefCell<Conn<'c>>,
    pub(super) scope: &'c TenantScope,
    /// Whether an entry was recorded.
    pub(super) recorded: &'c Cell<bool>,
    /// What stands for personal values in entries.
    pub(super) digests: &'c PersonalDigests,
}

/// The ports of the control plane, on the connection of one transaction.
pub(super) struct Control<'c> {
    pub(super) conn: RefCell<Conn<'c>>,
    pub(super) scope: &'c ControlScope,
    /// What stands for personal values in entries.
    pub(super) digests: &'c PersonalDigests,
}

type Work<'w> = &'w mut dyn FnMut(Conn<'_>) -> Result<(), Abort>;

impl Database {
    /// The databases behind this address. Connects when it is first used.
    pub fn new(url: &DatabaseUrl, settings: PoolSettings, digests: PersonalDigests) -> Self {
        let (control, unsealed) = (Pools::new(url, settings), Unsealed::default());
        Self { control, router: PlacementRouter::new(), unsealed, digests }
    }

    /// Reads the control plane with one statement, outside any use case.
    pub(super) fn read_control<T>(
        &self,
        read: impl FnOnce(&RefCell<Conn<'_>>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut read = Some(read);
        let mut outcome = Err(StoreError::Internal("the read was not run".into()));
        let ended = self.control.transact(Mode::Statement, None, &mut |conn| {
            if let Some(read) = read.take() {
                outcome = read(&RefCell::new(conn));
            }
            if outcome.is_ok() { Ok(()) } else { Err(Abort) }
        });
        match ended {
            Err(TxError::Store(error)) => Err(error),
            Ok(()) | Err(TxError::Aborted) => outcome,
        }
    }

    fn plane_of(&self, organization: OrganizationId) -> Result<&Pools, StoreError> {
        match self.router.resolve(organization, || self.stored_placement(organization))? {
            Placement::Pool => Ok(&self.control),
        }
    }

    /// Where the chain of an organization lives: with it, and when it is gone, in the pool. So does that of the
    /// platform, which is none.
    fn plane_of_chain(&self, organization: OrganizationId) -> Result<&Pools, StoreError> {
        let placement = || Ok(self.stored_placement(organization)?.or_else(|| Some(Placement::Pool.as_str().into())));
        match self.router.resolve(organization, placement)? {
            Placement::Pool => Ok(&self.control),
        }
    }
}

impl Readiness for Database {
    fn check(&self) -> Result<(), StoreError> {
        self.read_control(|conn| on!(conn, c => diesel::sql_query("SELECT 1").execute(c)).map(drop).map_err(fault))
    }
}

impl Pools {
    /// Runs `work` in a transaction of the given mode, of which `tenant` is the tenant.
    pub(super) fn transact(&self, mode: Mode, tenant: Option<OrganizationId>, work: Work<'_>) -> Result<(), TxError> {
        match self {
            Self::Postgres(pool) => {
                let mut live = check_out(pool).map_err(TxError::Store)?;
                transact(&mut live, begin_postgres(mode, tenant).as_deref(), |c: &mut PgConnection| {
                    work(Conn::Postgres(c))
                })
            }
            Self::Sqlite { writer, readers } => {
                let pool = if mode == Mode::Write { writer } else { readers };
                let mut live = check_out(pool).map_err(TxError::Store)?;
                transact(&mut live, begin_sqlite(mode), |c: &mut SqliteConnection| work(Conn::Sqlite(c)))
            }
        }
    }
}

/// The opening statements, sent in one round trip. A tenant needs a transaction even for a single
/// statement, for its setting ends with it.
fn begin_postgres(mode: Mode, tenant: Option<OrganizationId>) -> Option<String> {
    let begin = match (mode, tenant) {
        (Mode::Write, _) => "BEGIN",
        (Mode::Snapshot, _) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        (Mode::Statement, Some(_)) => "BEGIN READ ONLY",
        (Mode::Statement, None) => return None,
    };
    match tenant {
        Some(tenant) => Some(format!("{begin}; SET LOCAL stoa.tenant = '{tenant}'")),
        None => Some(begin.to_owned()),
    }
}

/// A writer takes the lock at once: upgrading later is what fails with "database is locked".
fn begin_sqlite(mode: Mode) -> Option<&'static str> {
    match mode {
        Mode::Write => Some("BEGIN IMMEDIATE"),
        Mode::Snapshot => Some("BEGIN"),
        Mode::Statement => None,
    }
}

fn transact<C>(
    live: &mut Live<C>,
    begin: Option<&str>,
    work: impl FnOnce(&mut C) -> Result<(), Abort>,
) -> Result<(), TxError>
where
    C: Connection<TransactionManager = AnsiTransactionManager>,
{
    let ended = match begin {
        None => work(&mut live.connection).map_err(|Abort| TxError::Aborted),
        Some(begin) => in_transaction(live, begin, work),
    };
    live.suspect = ended.is_err();
    ended
}

fn in_transaction<C>(
    live: &mut Live<C>,
    begin: &str,
    work: impl FnOnce(&mut C) -> Result<(), Abort>,
) -> Result<(), TxError>
where
    C: Connection<TransactionManager = AnsiTransactionManager>,
{
    let failed = |error| TxError::Store(fault(error));
    let Live { connection, failures, .. } = live;
    failures.clear();
    AnsiTransactionManager::begin_transaction_sql(connection, begin).map_err(failed)?;
    match work(connection) {
        Ok(()) if failures.any() => {
            roll_back(connection);
            Err(TxError::Store(StoreError::Internal("a statement failed and the work overlooked it".into())))
        }
        Ok(()) => AnsiTransactionManager::commit_transaction(connection).map_err(failed),
        Err(Abort) => {
            roll_back(connection);
            Err(TxError::Aborted)
        }
    }
}

/// Why it is rolled back is what the caller reports; a connection that cannot even do that is
/// found out when it is next checked out.
fn roll_back<C>(connection: &mut C)
where
    C: Connection<TransactionManager = AnsiTransactionManager>,
{
    if let Err(error) = AnsiTransactionManager::rollback_transaction(connection) {
        tracing::warn!(%error, "a transaction could not be rolled back");
    }
}

/// A context of the tenant plane, where `$plane_of` finds it: its transaction is a struct of ports that [`Tenant`] meets.
macro_rules! tenant_context {
    ($plane_of:ident: $context:ty, $tx:ident => $ports:expr) => {
        impl UnitOfWork<$context> for Database {
            fn run_raw(
                &self,
                mode: Mode,
                scope: &TenantScope,
                work: &mut dyn FnMut(&<$context as Context>::Tx<'_>) -> Result<(), Abort>,
            ) -> Result<(), TxError> {
                let plane = self.$plane_of(scope.tenant()).map_err(TxError::Store)?;
                let recorded = Cell::new(false);
                plane.transact(mode, Some(scope.tenant()), &mut |conn| {
                    let (recorded, digests) = (&recorded, &self.digests);
                    let $tx = Tenant { conn: RefCell::new(conn), scope, recorded, digests };
                    work(&$ports)
                })?;
                if recorded.get() {
                    self.unsealed.remember(scope.tenant());
                }
                Ok(())
            }
        }
    };
}

/// A context of the control plane: its transaction is a struct of ports that [`Control`] meets.
macro_rules! control_context {
    ($context:ty, $tx:ident => $ports:expr) => {
        impl UnitOfWork<$context> for Database {
            fn run_raw(
                &self,
                mode: Mode,
                scope: &ControlScope,
                work: &mut dyn FnMut(&<$context as Context>::Tx<'_>) -> Result<(), Abort>,
            ) -> Result<(), TxError> {
                self.control.transact(mode, None, &mut |conn| {
                    let $tx = Control { conn: RefCell::new(conn), scope, digests: &self.digests };
                    work(&$ports)
                })
            }
        }
    };
}

tenant_context!(plane_of: ColdStorage, tx => ColdStorageTx { warehouses: &tx, audit: &tx });

control_context!(Access, tx => AccessTx {
    api_keys: &tx,
    roles: &tx,
    assignments: &tx,
    settings: &tx,
    reviews: &tx,
    decisions: &tx,
    organizations: &tx,
    life_cycles: &tx,
    members: &tx,
    restraints: &tx,
    audit: &tx,
});

tenant_context!(plane_of_chain: Chains, tx => ChainTx { chain: &tx, log: &tx, audit: &tx });

control_context!(Staging, tx => StagingTx { staged: &tx });

tenant_context!(plane_of: Clearance, tx => ClearanceTx { belongings: &tx });

control_context!(Housekeeping, tx => HousekeepingTx {
    organizations: &tx,
    life_cycles: &tx,
    purges: &tx,
    leftovers: &tx,
    audit: &tx,
});
control_context!(Delivery, tx => DeliveryTx { queue: &tx });

control_context!(Identity, tx => IdentityTx {
    users: &tx,
    credentials: &tx,
    guesses: &tx,
    second_factors: &tx,
    sealed_secrets: &tx,
    challenges: &tx,
    external_identities: &tx,
    provider_starts: &tx,
    sessions: &tx,
    own_sessions: &tx,
    refresh_tokens: &tx,
    one_time_tokens: &tx,
    platform_roles: &tx,
    registrations: &tx,
    organizations: &tx,
    members: &tx,
    assignments: &tx,
    invitations: &tx,
    restraints: &tx,
    audit: &tx,
    outbox: &tx,
});

control_context!(Invitations, tx => InvitationsTx {
    invitations: &tx,
    organizations: &tx,
    members: &tx,
    users: &tx,
    audit: &tx,
    outbox: &tx,
});

control_context!(Organizations, tx => OrganizationsTx {
    organizations: &tx,
    members: &tx,
    ranks: &tx,
    assignments: &tx,
    life_cycles: &tx,
    business_profiles: &tx,
    restraints: &tx,
    users: &tx,
    sessions: &tx,
    audit: &tx,
});

control_context!(People, tx => PeopleTx {
    people: &tx,
    images: &tx,
    restraints: &tx,
    credentials: &tx,
    external_identities: &tx,
    sessions: &tx,
    own_sessions: &tx,
    organizations: &tx,
    audit: &tx,
});

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn postgres_begins_in_one_round_trip() {
        let tenant = Some(Uuid::from_u128(1).into());
        assert_eq!(
            begin_postgres(Mode::Write, tenant).unwrap(),
            "BEGIN; SET LOCAL stoa.tenant = '00000000-0000-0000-0000-000000000001'"
        );
        assert_eq!(begin_postgres(Mode::Statement, None), None);
        assert!(begin_postgres(Mode::Statement, tenant).unwrap().starts_with("BEGIN READ ONLY; SET LOCAL"));
    }
}
