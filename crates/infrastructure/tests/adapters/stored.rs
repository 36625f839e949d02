//! What is stored for people to look into later, though no port reads it yet.

use stoa_contracts::world::{World, at};
use stoa_domain::identity::password::PasswordHash;
use stoa_domain::identity::session::Session;
use stoa_domain::identity::token::{RefreshToken, TokenDigest};
use stoa_domain::kernel::actor::Origin;
use stoa_infrastructure::testing::{Engine, TestDatabase};

use crate::engines::{Adapters, id_sql, micros_sql, on_every_engine};

/// The instants in one column of a table.
fn instants(home: &TestDatabase, table: &str, column: &str) -> Vec<String> {
    let micros = micros_sql(home.engine(), column);
    home.texts(&format!("SELECT coalesce(CAST({micros} AS text), 'never') AS text FROM {table} ORDER BY 1"))
}

fn micros(n: i64) -> String {
    at(n).timestamp_micros().to_string()
}

#[test]
fn a_session_remembers_where_it_began_and_when_it_was_used_and_ended() {
    on_every_engine(|home| {
        let adapters = Adapters::of(home);
        let world = World::new(&adapters);
        let session = Session {
            id: world.id(),
            user_id: world.ours.owner.id,
            organization_id: Some(world.ours.id()),
            created_at: at(0),
            expires_at: at(3600),
            origin: Origin {
                ip_address: Some("2001:db8::7".parse().unwrap()),
                user_agent: Some("Mözilla/5.0".into()),
                trace_id: "4bf92f3577b34da6a3ce929d0e0e4736".into(),
            },
        };
        world.identity(|tx| tx.sessions.insert(&session)).unwrap();
        assert_eq!(
            home.texts("SELECT ip_address || ' ' || user_agent AS text FROM sessions"),
            ["2001:db8::7 Mözilla/5.0"]
        );
        assert_eq!(instants(home, "sessions", "created_at"), [micros(0)]);
        assert_eq!(instants(home, "sessions", "last_used_at"), [micros(0)]);
        assert_eq!(instants(home, "sessions", "revoked_at"), ["never"]);

        world.identity(|tx| tx.sessions.extend(session.id, at(5), at(7200))).unwrap();
        assert_eq!(instants(home, "sessions", "last_used_at"), [micros(5)]);
        assert_eq!(instants(home, "sessions", "expires_at"), [micros(7200)]);

        for n in [9, 10] {
            world.identity(|tx| tx.sessions.revoke(session.id, at(n))).unwrap();
            assert_eq!(instants(home, "sessions", "revoked_at"), [micros(9)], "it ended once");
        }
    });
}

#[test]
fn a_refresh_token_remembers_when_it_was_spent_first() {
    on_every_engine(|home| {
        let adapters = Adapters::of(home);
        let world = World::new(&adapters);
        let session = world.session(world.ours.owner.id, None);
        let digest = TokenDigest([7; 32]);
        let token = RefreshToken { digest, session_id: session.id, issued_at: at(1), expires_at: at(9) };
        world.identity(|tx| tx.refresh_tokens.insert(&token)).unwrap();
        assert_eq!(instants(home, "refresh_tokens", "issued_at"), [micros(1)]);
        assert_eq!(instants(home, "refresh_tokens", "spent_at"), ["never"]);
        for n in [5, 6] {
            world.identity(|tx| tx.refresh_tokens.spend(&digest, at(n))).unwrap();
            assert_eq!(instants(home, "refresh_tokens", "spent_at"), [micros(5)]);
        }
    });
}

#[test]
fn a_password_remembers_when_it_was_set() {
    on_every_engine(|home| {
        let adapters = Adapters::of(home);
        let world = World::new(&adapters);
        let hash = PasswordHash::from_phc("$argon2id$".into());
        for n in [3, 8] {
            world.identity(|tx| tx.credentials.put(world.ours.owner.id, &hash, at(n))).unwrap();
            assert_eq!(instants(home, "user_login_password", "updated_at"), [micros(n)]);
        }
    });
}

#[test]
fn an_organization_is_placed_when_it_is_founded() {
    on_every_engine(|home| {
        let adapters = Adapters::of(home);
        let world = World::new(&adapters);
        let id = id_sql(home.engine(), "organization_id");
        let placed = home.texts(&format!("SELECT kind || {id} AS text FROM organization_placements ORDER BY 1"));
        let expected = [&world.ours, &world.theirs].map(|tenant| {
            let id = tenant.id().as_uuid();
            match home.engine() {
                Engine::Sqlite => format!("pool{}", id.simple()),
                Engine::Postgres => format!("pool{id}"),
            }
        });
        assert_eq!(placed, expected);
    });
}

/// SQLite's own functions read what was written, whatever characters it holds; so do people who
/// open the file with its shell.
#[test]
fn pictures_of_things_are_json_to_the_engine_itself() {
    on_every_engine(|home| {
        let adapters = Adapters::of(home);
        let world = World::new(&adapters);
        let mut entry = world.entry("warehouse.update");
        entry.after = Some(serde_json::json!({"name": "A \"quoted\" \\ name"}));
        world.cold_storage(&world.ours, |tx| tx.audit.record(&entry)).unwrap();
        let after = match home.engine() {
            Engine::Sqlite => "after",
            Engine::Postgres => "after::jsonb",
        };
        let read = home.texts(&format!("SELECT {after} ->> 'name' AS text FROM audit_pending"));
        assert_eq!(read, ["A \"quoted\" \\ name"]);
    });
}
