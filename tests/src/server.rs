//! The server of production, on a free port, for as long as a test needs it.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use actix_web::dev::ServerHandle;
use actix_web::rt::System;
use stoa_application::audit::service::AuditService;
use stoa_application::housekeeping::purge::Purged;
use stoa_application::housekeeping::service::HousekeepingService;
use stoa_application::identity::seal_secrets_anew::SealedAnew;
use stoa_application::identity::service::IdentityService;
use stoa_domain::kernel::actor::PlatformScope;
use stoa_domain::kernel::sources::Sources;
use stoa_infrastructure::persistence::DatabaseUrl;
use stoa_infrastructure::testing::TestDatabase;
use stoa_server::settings::{Flags, Settings};
use stoa_server::wiring::{self, Stoa};
use stoa_server::worker::Worker;
use tempfile::TempDir;

/// Password hashes that cost next to nothing, and few threads: tests run beside each other.
const USUAL: [(&str, &str); 3] =
    [("STOA_WORKERS", "2"), ("STOA_ARGON2_MEMORY_KIB", "64"), ("STOA_ARGON2_ITERATIONS", "1")];

/// A running server; it stops when it is dropped.
pub struct Server {
    address: SocketAddr,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
    housekeeping: HousekeepingService,
    identity: IdentityService,
    audit: AuditService,
    _worker: Worker,
    data: TempDir,
}

impl Server {
    /// Starts one over this database. `given` is laid over the usual settings of a test; an empty
    /// text takes one of them away.
    pub fn start(database: &TestDatabase, given: &[(&str, &str)], sources: Sources) -> Self {
        let data = tempfile::tempdir().expect("a temporary folder");
        let settings = settings(database, &data, given);
        let housekeeping = wiring::housekeeping_with(&settings, sources.clone()).expect("the wiring");
        let Stoa { api, outbox, bell } = wiring::stoa_with(&settings, sources).expect("the wiring");
        let (identity, audit) = (api.identity.clone(), api.audit.clone());
        let worker = Worker::start(outbox, bell).expect("a worker");
        let http = wiring::http(&settings);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (started, handle) = mpsc::channel();
        let thread = thread::spawn(move || {
            System::new().block_on(async move {
                let server = stoa_api::app::serve(api, listener, http).expect("a server");
                started.send(server.handle()).expect("the test waits for the handle");
                server.await.expect("the server stops in order");
            });
        });
        let handle = handle.recv().expect("a server that starts");
        Self { address, handle, thread: Some(thread), housekeeping, identity, audit, _worker: worker, data }
    }

    /// Purges what is due, as a serving process does now and then.
    pub fn keep_house(&self) -> Purged {
        self.housekeeping.purge().expect("the database is there")
    }

    /// Encrypts all secrets anew under its key, as a command does.
    pub fn seal_anew(&self) -> SealedAnew {
        self.identity.seal_secrets_anew().expect("the database is there")
    }

    /// Keeps where the chains of the audit end, as a serving process does every minute, and seals that.
    pub fn checkpoint(&self) -> usize {
        let kept = self.audit.checkpoint_due().expect("the database is there");
        self.audit.seal_all().expect("the database is there");
        kept
    }

    /// Reads every chain there is from its beginning, as a command does; each with whether it is as it was sealed.
    pub fn verify_chains(&self) -> BTreeMap<String, bool> {
        let chains = self.audit.list_kept_chains().expect("the database is there").into_iter();
        let verified = chains.map(|chain| {
            let verdict = self.audit.verify_sealed(&PlatformScope::of_system().about(chain));
            (chain.to_string(), verdict.expect("the database is there").broken.is_none())
        });
        verified.collect()
    }

    /// The folder that its letters are written into.
    pub fn letters(&self) -> PathBuf {
        self.data.path().join("mail")
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The command is sent at once; what is dropped only waits for its end, as `join` does.
        drop(self.handle.stop(false));
        let ended = self.thread.take().map(JoinHandle::join);
        assert!(thread::panicking() || matches!(ended, Some(Ok(()))), "the server failed");
    }
}

fn settings(database: &TestDatabase, data: &TempDir, given: &[(&str, &str)]) -> Settings {
    let url = match database.url() {
        DatabaseUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
        DatabaseUrl::Postgres(address) => address.expose().to_owned(),
    };
    let data = data.path().display().to_string();
    let mut env = vec![("DATABASE_URL", url.as_str()), ("STOA_DATA_DIR", data.as_str())];
    env.extend(USUAL.iter().filter(|(name, _)| given.iter().all(|(other, _)| other != name)));
    env.extend(given.iter().filter(|(_, value)| !value.is_empty()));
    let env = env.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    Settings::load(env, None, &Flags::default()).expect("settings that can be used")
}
