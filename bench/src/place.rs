//! A database of the bench's own on one engine, filled through Stoa.

use std::env;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use reqwest::blocking::Client;
use serde_json::{Value, json};
use tempfile::TempDir;
use url::Url;

use crate::program::Program;

/// Names the server; the bench makes a database of its own there.
const POSTGRES: &str = "STOA_BENCH_POSTGRES_URL";
const USUAL_PLACE: &str = "postgres://postgres@127.0.0.1:5432/postgres";
const PASSWORD: &str = "Correct-Horse-1";
const SEEDERS: u32 = 8;

/// An engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        })
    }
}

/// The two programs.
pub(crate) struct Programs {
    pub(crate) stoa: PathBuf,
    pub(crate) minimal: PathBuf,
}

/// A migrated database, dropped with this value.
pub(crate) struct Place {
    pub(crate) engine: Engine,
    folder: TempDir,
    database: String,
    server: Option<(String, String)>,
}

/// Somebody registered, with an organization.
pub(crate) struct Person {
    pub(crate) email: String,
    pub(crate) user: String,
    pub(crate) tenant: String,
}

impl Place {
    /// A fresh database, or none if the engine is not there.
    pub(crate) fn make(engine: Engine) -> Result<Option<Self>> {
        let folder = TempDir::with_prefix("stoa-bench")?;
        if engine == Engine::Sqlite {
            let database = folder.path().join("data/stoa.db").to_string_lossy().into_owned();
            return Ok(Some(Self { engine, folder, database, server: None }));
        }
        let server = env::var(POSTGRES).unwrap_or_else(|_| USUAL_PLACE.to_owned());
        let Ok(mut connection) = PgConnection::establish(&server) else { return Ok(None) };
        let name = format!("stoa_bench_{}", std::process::id());
        connection.batch_execute(&format!("CREATE DATABASE {name}"))?;
        let mut address = Url::parse(&server).with_context(|| format!("{POSTGRES} is no address"))?;
        address.set_path(&name);
        Ok(Some(Self { engine, folder, database: address.into(), server: Some((server, name)) }))
    }

    /// A file in the folder of this place.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `stoa` with a subcommand, on this database.
    fn stoa(&self, stoa: &Path, subcommand: &str) -> Command {
        let database = if self.engine == Engine::Sqlite { "sqlite:" } else { "" }.to_owned() + &self.database;
        let mut command = Command::new(stoa);
        command.arg(subcommand).current_dir(self.folder.path()).env_remove(POSTGRES);
        command.env("STOA_DATA_DIR", self.file("data")).env("DATABASE_URL", database);
        command
    }

    /// Migrates the database.
    pub(crate) fn migrate(&self, programs: &Programs) -> Result<()> {
        let migrated = self.stoa(&programs.stoa, "migrate").stdout(Stdio::null()).status()?;
        ensure!(migrated.success(), "stoa migrate failed");
        Ok(())
    }

    /// Starts Stoa as anybody would: with its defaults.
    pub(crate) fn start_stoa(&self, programs: &Programs) -> Result<Program> {
        let command = |address: SocketAddr| {
            let mut command = self.stoa(&programs.stoa, "serve");
            command.env("STOA_BIND", address.to_string());
            command
        };
        Program::start(command, &self.file("stoa.log"))
    }

    /// Starts the minimal program for this person.
    pub(crate) fn start_minimal(&self, programs: &Programs, person: &Person) -> Result<Program> {
        let command = |address: SocketAddr| {
            let mut command = Command::new(&programs.minimal);
            command.arg(address.to_string()).arg(&self.database).args([&person.user, &person.tenant]);
            command
        };
        Program::start(command, &self.file("minimal.log"))
    }

    /// Lets PostgreSQL do now what it would do in the middle of a load.
    pub(crate) fn settle(&self) -> Result<()> {
        if self.engine == Engine::Postgres {
            PgConnection::establish(&self.database)?.batch_execute("VACUUM ANALYZE")?;
        }
        Ok(())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some((server, name)) = &self.server
            && let Ok(mut connection) = PgConnection::establish(server)
        {
            let _ = connection.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

/// Registers somebody with an organization.
pub(crate) fn register(stoa: &Program, name: &str) -> Result<Person> {
    let email = format!("{name}@example.com");
    let body = json!({ "email": email, "password": PASSWORD, "name": name, "organization_name": name });
    let answer = post(&Client::new(), &stoa.url("/api/v1/auth/register"), None, &body)?;
    let text =
        |pointer: &str| answer.pointer(pointer).and_then(Value::as_str).context("an odd answer").map(str::to_owned);
    Ok(Person { email, user: text("/user/id")?, tenant: text("/organization/id")? })
}

/// The body of a sign-in.
pub(crate) fn credentials(person: &Person) -> Value {
    json!({ "email": person.email, "password": PASSWORD })
}

/// Signs somebody in; answers the access token.
pub(crate) fn sign_in(stoa: &Program, person: &Person) -> Result<String> {
    let answer = post(&Client::new(), &stoa.url("/api/v1/auth/login"), None, &credentials(person))?;
    Ok(answer["access_token"].as_str().context("an odd answer")?.to_owned())
}

/// A warehouse to be created.
pub(crate) fn warehouse(code: &str) -> Value {
    json!({
        "code": code, "name": format!("Cold Store {code}"), "address": "1 Quay Road, Busan", "country": "KR",
        "tz": "Asia/Seoul", "currency": "KRW",
    })
}

/// Creates so many warehouses through the API, several at a time.
pub(crate) fn fill(stoa: &Program, token: &str, count: u32) -> Result<()> {
    let client = Client::new();
    let url = stoa.url("/api/v1/warehouses");
    let seed = |seeder: u32| -> Result<()> {
        for number in (seeder..count).step_by(SEEDERS as usize) {
            post(&client, &url, Some(token), &warehouse(&format!("W-{number:05}")))?;
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let seeders: Vec<_> = (0..SEEDERS).map(|seeder| scope.spawn(move || seed(seeder))).collect();
        seeders.into_iter().try_for_each(|seeder| seeder.join().unwrap_or_else(|_| anyhow::bail!("a seeder panicked")))
    })
}

fn post(client: &Client, url: &str, token: Option<&str>, body: &Value) -> Result<Value> {
    let mut request = client.post(url).json(body);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let answer = request.send()?;
    let (status, text) = (answer.status(), answer.text()?);
    ensure!(status.is_success(), "POST {url}: {status} {text}");
    Ok(serde_json::from_str(&text)?)
}
