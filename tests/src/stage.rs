//! A server over a database of its own, on each engine.

use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use stoa_infrastructure::testing::{Engine, TestDatabase, databases};

use crate::actor::Actor;
use crate::clock::MovableClock;
use crate::server::Server;

/// Where a test takes place.
pub struct Stage {
    /// The server under test.
    pub server: Server,
    /// Its clock.
    pub clock: MovableClock,
    /// Its database, which goes after the server.
    pub database: TestDatabase,
    people: AtomicU32,
}

/// Runs a test on every engine that is there.
pub async fn on_each_engine(test: impl AsyncFn(&Stage)) {
    on_each_engine_with(&[], test).await;
}

/// Runs a test on every engine that is there, with these settings beside the usual ones.
pub async fn on_each_engine_with(settings: &[(&str, &str)], test: impl AsyncFn(&Stage)) {
    for database in databases() {
        let _named = Named(database.engine());
        let clock = MovableClock::default();
        let server = Server::start(&database, settings, clock.sources());
        test(&Stage { server, clock, database, people: AtomicU32::new(0) }).await;
    }
}

/// Names the engine a test has failed on.
struct Named(Engine);

impl Drop for Named {
    #[expect(clippy::print_stderr, reason = "read beside the message of the panic")]
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("this was on {:?}", self.0);
        }
    }
}

impl Stage {
    /// Somebody who is not signed in.
    pub fn anonymous(&self) -> Actor {
        Actor::anonymous(self.server.address())
    }

    /// Somebody who has just registered and owns an organization.
    pub async fn owner(&self) -> Actor {
        let number = self.people.fetch_add(1, Ordering::Relaxed);
        self.anonymous().register(&format!("person-{number}@example.com"), &format!("Harbour {number}")).await
    }

    /// Somebody else, who owns another organization.
    pub async fn stranger(&self) -> Actor {
        self.owner().await
    }

    /// A plain member of this owner's organization, signed in there.
    pub async fn member(&self, owner: &Actor) -> Actor {
        self.joined(owner, "member").await
    }

    /// An admin of this owner's organization, signed in there.
    pub async fn admin(&self, owner: &Actor) -> Actor {
        self.joined(owner, "admin").await
    }

    async fn joined(&self, owner: &Actor, role: &str) -> Actor {
        let person = self.owner().await;
        owner.add(&person, role).await.is(201);
        person.switch_to(&owner.organization).await
    }

    /// An administrator of the platform who belongs to no organization. The role is given behind
    /// the API's back, as `stoa create-admin` gives it.
    pub async fn platform_admin(&self) -> Actor {
        let person = self.nobody_yet().await;
        let sql = format!(
            "INSERT INTO user_platform_roles (user_id, platform, role, granted_at) \
             SELECT id, 'ADMIN_WEB', 'admin', created_at FROM users WHERE email = '{}'",
            person.email
        );
        self.database.execute(&sql).expect("the role is given");
        person.sign_in().await
    }

    /// The id of a request to be registered that waits under this address, made behind the API's back.
    pub fn registration(&self, email: &str) -> String {
        let (fresh, shown) = match self.database.engine() {
            Engine::Sqlite => ("randomblob(16)", "lower(hex(id))"),
            Engine::Postgres => ("gen_random_uuid()", "id::text"),
        };
        let sql = format!(
            "INSERT INTO registrations \
             (id, email, name, organization_name, platform, password_hash, status, requested_at) \
             SELECT {fresh}, '{email}', 'Kim', 'Pier', 'BUSINESS', 'hash', 'pending', created_at FROM users LIMIT 1"
        );
        self.database.execute(&sql).expect("the request is made");
        self.database.texts(&format!("SELECT {shown} AS text FROM registrations WHERE email = '{email}'")).remove(0)
    }

    /// Somebody who is signed in and belongs to no organization. No call of the API leads there
    /// from registration, so that the rows are taken away behind its back.
    pub async fn nobody_yet(&self) -> Actor {
        let person = self.owner().await;
        for table in ["organization_owners", "organization_members"] {
            let sql =
                format!("DELETE FROM {table} WHERE user_id IN (SELECT id FROM users WHERE email = '{}')", person.email);
            self.database.execute(&sql).expect("the rows go");
        }
        person.sign_in().await
    }
}
