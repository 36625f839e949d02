//! Which database, from its URL.

use std::path::PathBuf;

use stoa_domain::kernel::secret::Secret;
use url::Url;

use super::reader::Expected;

/// The database that Stoa keeps its rows in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// An `SQLite` file; relative to the working directory unless absolute.
    Sqlite(PathBuf),
    /// A `postgres://` or `postgresql://` URL as libpq reads it.
    Postgres(Secret),
}

impl DatabaseUrl {
    /// Reads `sqlite:PATH`, `sqlite://PATH`, `postgres://…` and `postgresql://…`. Earlier
    /// documents name a Python driver in the scheme; it is dropped.
    pub(super) fn parse(text: &str) -> Result<Self, Expected> {
        let found = match text.split_once(':') {
            Some(("sqlite", rest)) => sqlite_path(rest).map(Self::Sqlite),
            Some(("postgres" | "postgresql", _)) => postgres_url(text.to_owned()),
            Some(("postgresql+asyncpg", rest)) => postgres_url(format!("postgresql:{rest}")),
            _ => None,
        };
        found.ok_or_else(|| "sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE".to_owned())
    }
}

/// The path after the scheme. Parameters mean nothing here, and a database in memory would be a
/// different one on each connection.
fn sqlite_path(rest: &str) -> Option<PathBuf> {
    let path = rest.strip_prefix("//").unwrap_or(rest);
    let usable = !path.is_empty() && !path.contains(['?', '\0']) && path != ":memory:";
    usable.then(|| path.into())
}

fn postgres_url(text: String) -> Option<DatabaseUrl> {
    let url = Url::parse(&text).ok()?;
    // A fragment is most often a `#` in a password that was not written as %23.
    (url.has_authority() && url.fragment().is_none()).then(|| DatabaseUrl::Postgres(text.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_takes_relative_and_absolute_paths() {
        for (text, path) in [
            ("sqlite:stoa.db", "stoa.db"),
            ("sqlite://stoa.db", "stoa.db"),
            ("sqlite:/srv/stoa.db", "/srv/stoa.db"),
            ("sqlite:///srv/stoa.db", "/srv/stoa.db"),
        ] {
            assert_eq!(DatabaseUrl::parse(text), Ok(DatabaseUrl::Sqlite(path.into())), "{text}");
        }
    }

    #[test]
    fn postgres_keeps_its_text_and_loses_the_python_driver() {
        for (text, url) in [
            ("postgres://kim:pw@db:5433/stoa?sslmode=require", "postgres://kim:pw@db:5433/stoa?sslmode=require"),
            ("postgresql:///stoa", "postgresql:///stoa"),
            ("postgresql+asyncpg://kim:pw@db/stoa", "postgresql://kim:pw@db/stoa"),
        ] {
            assert_eq!(DatabaseUrl::parse(text), Ok(DatabaseUrl::Postgres(url.into())), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "stoa.db",
            "sqlite:",
            "sqlite://",
            "sqlite::memory:",
            "sqlite:stoa.db?mode=ro",
            "mysql://db/stoa",
            "postgres:stoa",
            "postgres://kim:p#w@db/stoa",
            "postgresql+psycopg2://db/stoa",
        ] {
            assert!(DatabaseUrl::parse(text).is_err(), "{text}");
        }
    }
}
