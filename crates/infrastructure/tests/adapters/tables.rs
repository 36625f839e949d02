//! The tables that the requirements name for people and organizations, one fact a table.

use stoa_infrastructure::testing::{Engine, TestDatabase};

use crate::engines::on_every_engine;

/// A time in which somebody was kept from working.
const RESTRAINT: &[&str] =
    &["user_id", "organization_id", "from_at", "until_at", "by_user_id", "reason", "ended_by", "ended_reason"];

/// The thirteen, with the columns that make them what they are for; one of them is worked out of
/// others.
const THIRTEEN: [(&str, &[&str]); 13] = [
    ("organizations", &["id", "name", "slug", "created_at", "updated_at"]),
    ("users", &["id", "email", "created_at"]),
    ("organization_active_status", &["organization_id", "status"]),
    (
        "organization_suspensions",
        &[
            "organization_id",
            "suspended_from",
            "suspended_by",
            "reason",
            "suspended_until",
            "reinstated_by",
            "reinstated_because",
        ],
    ),
    (
        "organization_archives",
        &[
            "organization_id",
            "archived_from",
            "archived_by",
            "reason",
            "archived_until",
            "restored_by",
            "restored_because",
        ],
    ),
    ("organization_members", &["organization_id", "user_id", "joined_at"]),
    ("organization_admins", &["organization_id", "user_id", "granted_at"]),
    ("organization_owners", &["organization_id", "user_id", "owned_from", "owned_until"]),
    ("user_profile", &["user_id", "name", "phone", "bio", "avatar_file_id"]),
    ("user_login_password", &["user_id", "password_hash", "updated_at"]),
    ("user_active_status", RESTRAINT),
    ("user_suspensions", RESTRAINT),
    ("user_archives", RESTRAINT),
];

/// The columns of a table or a view.
fn columns(home: &TestDatabase, table: &str) -> Vec<String> {
    home.texts(&match home.engine() {
        Engine::Sqlite => format!("SELECT name AS text FROM pragma_table_info('{table}')"),
        Engine::Postgres => format!(
            "SELECT column_name::text AS text FROM information_schema.columns \
             WHERE table_schema = 'public' AND table_name = '{table}' ORDER BY ordinal_position"
        ),
    })
}

/// The names among the thirteen that are views.
fn views(home: &TestDatabase) -> Vec<String> {
    let mut names = home.texts(match home.engine() {
        Engine::Sqlite => "SELECT name AS text FROM sqlite_master WHERE type = 'view'",
        Engine::Postgres => "SELECT viewname::text AS text FROM pg_views WHERE schemaname = 'public'",
    });
    names.retain(|name| THIRTEEN.iter().any(|(table, _)| table == name));
    names
}

#[test]
fn the_thirteen_tables_of_people_and_organizations_are_there_with_their_columns() {
    on_every_engine(|home| {
        for (table, expected) in THIRTEEN {
            let found = columns(home, table);
            let missing: Vec<_> = expected.iter().filter(|name| !found.iter().any(|column| column == *name)).collect();
            assert!(missing.is_empty(), "{table} has no {missing:?}, but {found:?}");
        }
    });
}

#[test]
fn how_an_organization_stands_is_worked_out_and_not_stored_twice() {
    on_every_engine(|home| assert_eq!(views(home), ["organization_active_status"]));
}

#[test]
fn who_somebody_is_stands_apart_from_what_they_say_and_prove() {
    on_every_engine(|home| {
        let users = columns(home, "users");
        for elsewhere in
            ["name", "phone", "bio", "avatar_file_id", "password_hash", "organization_id", "role", "status"]
        {
            assert!(!users.iter().any(|column| column == elsewhere), "users.{elsewhere}");
        }
    });
}
