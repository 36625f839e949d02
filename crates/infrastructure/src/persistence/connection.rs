//! One connection of either engine, and the macro that compiles a query once for each.

use diesel::pg::PgConnection;
use diesel::sqlite::SqliteConnection;

/// A connection inside a unit of work.
pub(super) enum Conn<'c> {
    Postgres(&'c mut PgConnection),
    Sqlite(&'c mut SqliteConnection),
}

/// Runs one body of Diesel on whichever engine the connection is of; the body is compiled for
/// each, so that everything both engines know can be used.
macro_rules! on {
    ($conn:expr, $c:ident => $body:expr) => {{
        use diesel::prelude::*;
        match &mut *$conn.borrow_mut() {
            $crate::persistence::connection::Conn::Postgres($c) => {
                let $c: &mut diesel::pg::PgConnection = $c;
                $body
            }
            $crate::persistence::connection::Conn::Sqlite($c) => {
                let $c: &mut diesel::sqlite::SqliteConnection = $c;
                $body
            }
        }
    }};
}

pub(super) use on;
