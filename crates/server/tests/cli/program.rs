//! The built program, run as a person runs it, in a folder of its own.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde_json::Value;
use stoa_infrastructure::persistence::DatabaseUrl;
use stoa_infrastructure::testing::TestDatabase;
use tempfile::TempDir;

/// A folder to run in and an environment that holds nothing else.
pub(crate) struct Program {
    home: TempDir,
    environment: Vec<(String, String)>,
}

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Program {
    /// Nothing set but what makes password hashes cheap.
    pub(crate) fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let usual = [("STOA_ARGON2_MEMORY_KIB", "64"), ("STOA_ARGON2_ITERATIONS", "1"), ("STOA_BIND", "127.0.0.1:0")];
        Self { home, environment: Vec::new() }.with(&usual)
    }

    /// The same over this database.
    pub(crate) fn over(database: &TestDatabase) -> Self {
        let url = match database.url() {
            DatabaseUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
            DatabaseUrl::Postgres(address) => address.expose().to_owned(),
        };
        Self::new().with(&[("DATABASE_URL", &url)])
    }

    pub(crate) fn with(mut self, variables: &[(&str, &str)]) -> Self {
        self.environment.retain(|(name, _)| variables.iter().all(|(other, _)| other != name));
        self.environment.extend(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        fs::write(self.home().join(file), text).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stoa"));
        command.args(arguments).env_clear().envs(self.environment.iter().cloned()).current_dir(self.home());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs it to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with_input(arguments, "")
    }

    /// Runs it to its end with a text on standard input.
    pub(crate) fn run_with_input(&self, arguments: &[&str], input: &str) -> Ran {
        let mut child = self.command(arguments).spawn().unwrap();
        // One that fails early does not read it.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Starts the server and waits until it listens.
    pub(crate) fn serve(&self) -> Serving {
        let mut child = self.command(&["serve"]).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut err = child.stderr.take().unwrap();
        let err = thread::spawn(move || {
            let mut text = String::new();
            err.read_to_string(&mut text).unwrap();
            text
        });
        let mut first = String::new();
        out.read_line(&mut first).unwrap();
        let address = first.split("http://").nth(1).and_then(|rest| rest.split_whitespace().next());
        let Some(address) = address.and_then(|text| text.parse().ok()) else {
            panic!("it does not listen: {first} {}", err.join().unwrap());
        };
        let rest = thread::spawn(move || {
            let mut text = first;
            out.read_to_string(&mut text).unwrap();
            text
        });
        Serving { child, address, said: Some((rest, err)) }
    }
}

impl Ran {
    /// The same, which must have gone well.
    #[track_caller]
    pub(crate) fn well(self) -> Self {
        assert_eq!(self.code, Some(0), "{self:#?}");
        self
    }

    /// What it complained of, without its log; it must have failed and printed nothing.
    #[track_caller]
    pub(crate) fn complaint(self) -> String {
        assert_eq!((self.code, self.out.as_str()), (Some(1), ""), "{self:#?}");
        let lines: Vec<_> = self.err.lines().skip_while(|line| !line.starts_with("stoa: ")).collect();
        assert!(!lines.is_empty(), "{self:#?}");
        lines.join("\n")
    }
}

/// A running server.
pub(crate) struct Serving {
    child: Child,
    address: SocketAddr,
    said: Option<(JoinHandle<String>, JoinHandle<String>)>,
}

impl Serving {
    /// Asks it to stop, as a service manager does; answers how it ended and what it said.
    pub(crate) fn stop(mut self) -> (ExitStatus, String, String) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        let status = self.child.wait().unwrap();
        let (out, err) = self.said.take().unwrap();
        (status, out.join().unwrap(), err.join().unwrap())
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn get(&self, path: &str, token: &str) -> (u16, Value) {
        self.ask(&format!("GET {path} HTTP/1.1\r\nauthorization: Bearer {token}\r\n"), "")
    }

    pub(crate) fn post(&self, path: &str, token: &str, body: &Value) -> (u16, Value) {
        let head =
            format!("POST {path} HTTP/1.1\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n");
        self.ask(&head, &body.to_string())
    }

    /// Sends a request and answers status and body.
    pub(crate) fn ask(&self, head: &str, body: &str) -> (u16, Value) {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        write!(stream, "{head}host: stoa\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len())
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        (status.unwrap_or_else(|| panic!("no answer: {answer:?}")), serde_json::from_str(body).unwrap_or_default())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
