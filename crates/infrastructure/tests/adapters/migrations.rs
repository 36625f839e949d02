//! Migrations: up and down, twice over, side by side.

use std::thread;

use stoa_contracts::Subject as _;
use stoa_contracts::subject::Recorded;
use stoa_contracts::world::{World, at, key_scope_in, parsed};
use stoa_domain::access::templates::VIEWER;
use stoa_domain::identity::token::TokenDigest;
use stoa_domain::invitations::invitation::{Addressee, Invitation, InvitationTerms};
use stoa_domain::kernel::actor::Origin;
use stoa_domain::kernel::rank::Rank;
use stoa_infrastructure::persistence::migration::{MigrationError, Migrator};
use stoa_infrastructure::sources::system;
use stoa_infrastructure::testing::{Engine, TestDatabase};

use crate::engines::{Adapters, on_every_engine};

/// A version from long after this program was made.
const LATER: &str = "29991231235959";

/// Runs a test on an empty database of each engine.
fn on_every_empty_engine(test: impl Fn(&TestDatabase)) {
    test(&TestDatabase::empty_sqlite());
    if let Some(home) = TestDatabase::empty_postgres() {
        test(&home);
    }
}

fn up(migrator: &mut Migrator) -> Vec<String> {
    let mut told = Vec::new();
    let ran = migrator
        .up(&mut |n, version| {
            assert_eq!(n, told.len(), "each is told by its number");
            told.push(version.to_owned());
        })
        .expect("migrations run");
    assert_eq!(ran.migrations, told.len());
    told
}

/// Tables and their columns, the same on both engines.
fn portable_schema(home: &TestDatabase) -> Vec<String> {
    let sql = match home.engine() {
        Engine::Sqlite => {
            "SELECT tables.name || '.' || columns.name || CASE WHEN columns.\"notnull\" THEN '' ELSE '?' END AS text \
             FROM sqlite_master AS tables, pragma_table_info(tables.name) AS columns \
             WHERE tables.type = 'table' AND tables.name NOT LIKE '\\_\\_%' ESCAPE '\\' ORDER BY 1"
        }
        Engine::Postgres => {
            "SELECT (table_name || '.' || column_name || CASE is_nullable WHEN 'NO' THEN '' ELSE '?' END) \
             COLLATE \"C\" AS text FROM information_schema.columns JOIN information_schema.tables \
             USING (table_schema, table_name) WHERE table_schema = 'public' AND table_type = 'BASE TABLE' \
             AND table_name NOT LIKE '\\_\\_%' ORDER BY 1"
        }
    };
    home.texts(sql)
}

/// Everything a schema has, in this engine's own words: types, indexes, checks, policies, rights.
fn full_schema(home: &TestDatabase) -> Vec<String> {
    let statements: &[&str] = match home.engine() {
        Engine::Sqlite => &["SELECT coalesce(sql, name) AS text FROM sqlite_master ORDER BY type, name"],
        Engine::Postgres => &[
            "SELECT format('%s.%s %s %s %s %s', table_name, column_name, data_type, is_nullable, collation_name, \
             column_default) AS text FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1",
            "SELECT indexdef AS text FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
            "SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) AS text FROM pg_constraint \
             WHERE connamespace = 'public'::regnamespace ORDER BY 1",
            "SELECT format('%s %s %s %s', tablename, policyname, qual, with_check) AS text FROM pg_policies ORDER BY 1",
            "SELECT format('%s %s %s', relname, relrowsecurity, relforcerowsecurity) AS text FROM pg_class \
             WHERE relnamespace = 'public'::regnamespace ORDER BY 1",
            "SELECT viewname || ' ' || definition AS text FROM pg_views WHERE schemaname = 'public' ORDER BY 1",
            "SELECT format('%s %s', table_name, privilege_type) AS text FROM information_schema.role_table_grants \
             WHERE grantee = 'stoa_app' AND table_schema = 'public' ORDER BY 1",
        ],
    };
    statements.iter().flat_map(|sql| home.texts(sql)).collect()
}

#[test]
fn up_and_down_and_up_again_makes_the_same_schema() {
    on_every_empty_engine(|home| {
        let mut migrator = home.migrator();
        let ran = up(&mut migrator);
        let first = (portable_schema(home), full_schema(home));
        assert!(first.0.len() > 50, "{:?}", first.0);

        let mut taken_back = migrator.down(usize::MAX).expect("migrations are taken back");
        taken_back.reverse();
        assert_eq!(taken_back, ran);
        assert_eq!(portable_schema(home), [""; 0], "nothing is left");

        assert_eq!(up(&mut migrator), ran);
        assert_eq!((portable_schema(home), full_schema(home)), first);
    });
}

#[test]
fn each_migration_can_be_taken_back_and_run_again() {
    on_every_empty_engine(|home| {
        let mut migrator = home.migrator();
        let all = up(&mut migrator).len();
        let schema = full_schema(home);
        for count in 1..=all {
            assert_eq!(migrator.down(count).expect("migrations are taken back").len(), count);
            assert_eq!(up(&mut migrator).len(), count);
            assert_eq!(full_schema(home), schema, "after the last {count}");
        }
    });
}

#[test]
fn both_engines_have_the_same_tables_and_columns() {
    if let Some(server) = TestDatabase::postgres() {
        assert_eq!(portable_schema(&TestDatabase::sqlite()), portable_schema(&server));
    }
}

#[test]
fn the_status_tells_what_is_applied_and_what_is_pending() {
    on_every_empty_engine(|home| {
        let mut migrator = home.migrator();
        let before = migrator.status().expect("a status");
        assert!(before.applied.is_empty() && before.unknown.is_empty());
        assert!(before.pending.is_sorted() && !before.pending.is_empty(), "{:?}", before.pending);

        up(&mut migrator);
        let after = migrator.status().expect("a status");
        assert_eq!((&after.applied, after.pending.len(), after.unknown.len()), (&before.pending, 0, 0));
        assert_eq!(up(&mut migrator), [""; 0], "nothing runs twice");

        let newest = before.pending.last().expect("a migration");
        let taken_back = migrator.down(1).expect("one is taken back");
        assert!(taken_back.len() == 1 && taken_back[0].starts_with(newest), "{taken_back:?}");
        let one_back = home.migrator().status().expect("a status");
        assert_eq!(one_back.pending.iter().collect::<Vec<_>>(), [newest]);
        assert_eq!(one_back.applied.len(), before.pending.len() - 1);
    });
}

#[test]
fn a_database_of_a_newer_program_is_refused() {
    on_every_engine(|home| {
        home.execute(&format!("INSERT INTO __diesel_schema_migrations (version) VALUES ('{LATER}')")).unwrap();
        let mut migrator = home.migrator();
        assert_eq!(migrator.status().expect("a status").unknown, [LATER]);
        for _ in 0..2 {
            let refused = migrator.up(&mut |_, _| unreachable!("nothing runs")).unwrap_err();
            assert!(matches!(&refused, MigrationError::Unknown(version) if version == LATER), "{refused}");
        }
        let refused = migrator.down(1).unwrap_err();
        assert!(matches!(&refused, MigrationError::Unknown(version) if version == LATER), "{refused}");

        home.execute(&format!("DELETE FROM __diesel_schema_migrations WHERE version = '{LATER}'")).unwrap();
        assert_eq!(up(&mut home.migrator()), [""; 0], "no lock was left behind");
    });
}

#[test]
fn two_that_migrate_at_once_both_succeed() {
    on_every_empty_engine(|home| {
        let alone = up(&mut home.migrator()).len();
        home.migrator().down(usize::MAX).expect("migrations are taken back");
        let ran = thread::scope(|scope| {
            let up = || home.migrator().up(&mut |_, _| ()).expect("migrations run");
            let runners = [(); 4].map(|()| scope.spawn(up));
            runners.map(|runner| runner.join().expect("a migrator that succeeds"))
        });
        assert_eq!(ran.iter().map(|ran| ran.migrations).sum::<usize>(), alone, "{ran:?}: each migration ran once");
    });
}

/// The first version that knows API keys in the trails.
const API_KEYS_IN_TRAILS: &str = "20261121140100";

#[test]
fn entries_survive_the_way_back_to_before_api_keys_and_forth() {
    on_every_engine(|home| {
        let adapters = Adapters::of(home);
        let world = World::new(&adapters);
        let scope = key_scope_in(world.ours.id(), world.ours.owner.id, Origin::default());
        adapters.cold_storage().run(&scope, |tx| tx.audit.record(&world.entry("warehouse.create"))).unwrap();
        adapters.identity().run(&scope.control(), |tx| tx.audit.record(&world.entry("member.add"))).unwrap();
        world.cold_storage(&world.theirs, |tx| tx.audit.record(&world.entry("warehouse.create"))).unwrap();
        let sorted = || {
            let mut trail = adapters.trail();
            trail.sort_by_key(|entry| entry.id);
            trail
        };
        let before = sorted();
        assert_eq!(before.iter().filter(|entry| entry.actor_type == "api_key").count(), 2);

        let mut migrator = home.migrator();
        let applied = migrator.status().expect("a status").applied;
        let count = applied.iter().filter(|version| version.as_str() >= API_KEYS_IN_TRAILS).count();
        migrator.down(count).expect("migrations are taken back");
        assert_eq!(up(&mut migrator).len(), count);

        let expected: Vec<_> = before
            .into_iter()
            .map(|entry| Recorded {
                actor_type: if entry.api_key_id.is_some() { "user".to_owned() } else { entry.actor_type },
                api_key_id: None,
                ..entry
            })
            .collect();
        assert_eq!(sorted(), expected);
    });
}

/// The first version that knows roles.
const ROLES: &str = "20261122090000";

#[test]
fn whoever_was_a_member_before_there_were_roles_is_a_viewer_afterwards() {
    on_every_engine(|home| {
        let adapters = Adapters::of(home);
        let world = World::new(&adapters);
        let mut migrator = home.migrator();
        let applied = migrator.status().expect("a status").applied;
        migrator.down(applied.iter().filter(|version| version.as_str() >= ROLES).count()).expect("they are taken back");
        up(&mut migrator);
        for tenant in [&world.ours, &world.theirs] {
            let held =
                world.access(|tx| tx.assignments.list_of(&tenant.scope, tenant.owner.id, system().now())).unwrap();
            assert_eq!(held.iter().map(|one| one.role_id).collect::<Vec<_>>(), [VIEWER.id()]);
            assert_eq!(world.access(|tx| tx.assignments.list_default_roles(tenant.id())), Ok(vec![VIEWER.id()]));
            assert!(world.access(|tx| tx.settings.find(&tenant.scope)).unwrap().is_some());
        }
    });
}

/// The first version that knows telephone numbers.
const PHONES: &str = "20261123090000";

#[test]
fn invitations_for_addresses_outlast_it_that_those_for_numbers_are_taken_back() {
    on_every_engine(|home| {
        let adapters = Adapters::of(home);
        let world = World::new(&adapters);
        let invited = |addressee: Addressee, n: u8| {
            let terms = InvitationTerms { addressee, role: Rank::Admin, profile: None };
            let (id, tenant) = (world.id(), &world.ours);
            let made = Invitation::new(id, tenant.id(), tenant.owner.id, terms, TokenDigest([n; 32]), at(n.into()));
            world.invitations(|tx| tx.invitations.insert(&made)).expect("a new invitation");
            made
        };
        let by_email = invited(Addressee::Email(parsed("colleague@example.com")), 1);
        let by_phone = invited(Addressee::Phone(parsed("+821012345678")), 2);
        let mut migrator = home.migrator();
        let applied = migrator.status().expect("a status").applied;
        let count = applied.iter().filter(|version| version.as_str() >= PHONES).count();
        migrator.down(count).expect("they are taken back");
        up(&mut migrator);
        let found = |id| world.invitations(|tx| tx.invitations.find(&world.ours.scope, id)).expect("a look-up");
        assert_eq!((found(by_email.id), found(by_phone.id)), (Some(by_email), None));
    });
}

#[test]
fn an_invitation_has_an_address_or_a_number() {
    on_every_engine(|home| {
        let adapters = Adapters::of(home);
        let world = World::new(&adapters);
        let terms =
            InvitationTerms { addressee: Addressee::Phone(parsed("+821012345678")), role: Rank::Member, profile: None };
        let (id, tenant) = (world.id(), &world.ours);
        let made = Invitation::new(id, tenant.id(), tenant.owner.id, terms, TokenDigest([1; 32]), at(1));
        world.invitations(|tx| tx.invitations.insert(&made)).expect("a new invitation");
        for change in ["phone = NULL", "email = 'colleague@example.com'"] {
            assert!(home.execute(&format!("UPDATE invitations SET {change}")).is_err(), "{change}");
        }
        home.execute("UPDATE invitations SET phone = NULL, email = 'colleague@example.com'").expect("one of them");
    });
}

#[test]
fn an_entry_names_a_key_exactly_when_a_key_has_acted() {
    on_every_engine(|home| {
        let (id, at) = match home.engine() {
            Engine::Sqlite => ("zeroblob(16)", "0"),
            Engine::Postgres => ("gen_random_uuid()", "now()"),
        };
        for (actor, key) in [("api_key", "NULL"), ("user", id), ("robot", "NULL")] {
            for (table, tenant) in [("control_audit_pending", "organization_id"), ("audit_pending", "tenant_id")] {
                let sql = format!(
                    "INSERT INTO {table} ({tenant}, id, at, actor_type, user_id, action, resource_type, resource_id, \
                     trace_id, api_key_id) VALUES ({id}, {id}, {at}, '{actor}', {id}, 'x', 'x', {id}, '', {key})"
                );
                assert!(home.execute(&sql).is_err(), "{sql}");
            }
        }
    });
}
