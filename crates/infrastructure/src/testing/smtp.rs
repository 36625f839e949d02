//! A mail server for tests: it speaks as much SMTP as it takes to be sent a letter, and misbehaves
//! as it is told.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// Nobody waits longer than this for a letter.
const PATIENCE: Duration = Duration::from_secs(30);

/// How it behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conduct {
    /// It takes every letter.
    Takes,
    /// It answers so when it is told whom a letter is for.
    Refuses(&'static str),
    /// It asks who is there and answers so to whoever says it.
    RefusesLogin(&'static str),
    /// It says nothing at all, not even a greeting.
    IsSilent,
    /// It takes the letter and never says so.
    TakesAndIsSilent,
}

/// A letter as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrived {
    /// Whom it is for, in angle brackets.
    pub to: Vec<String>,
    /// Headers and body, with lines ended as they came.
    pub text: String,
}

#[derive(Default)]
struct Seen {
    conversations: usize,
    letters: Vec<Arrived>,
}

/// A mail server on a port of its own, until the process ends.
pub struct SmtpServer {
    address: SocketAddr,
    seen: Arc<(Mutex<Seen>, Condvar)>,
}

impl SmtpServer {
    /// Starts one.
    pub fn start(conduct: Conduct) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("an address");
        let seen = Arc::new((Mutex::default(), Condvar::new()));
        let shared = Arc::clone(&seen);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let seen = Arc::clone(&shared);
                // A client that hangs up ends the conversation and nothing else.
                thread::spawn(move || drop(converse(&stream, conduct, &seen)));
            }
        });
        Self { address, seen }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The settings by which Stoa finds it, beside a sender.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        vec![
            ("SMTP_HOST", self.address.ip().to_string()),
            ("SMTP_PORT", self.address.port().to_string()),
            ("SMTP_TLS", "none".to_owned()),
            ("MAIL_FROM", "stoa@example.com".to_owned()),
        ]
    }

    /// All letters, as soon as there are so many.
    pub fn letters(&self, count: usize) -> Vec<Arrived> {
        self.when(|seen| seen.letters.len() >= count).letters.clone()
    }

    /// Waits until so many conversations have begun.
    pub fn conversations(&self, count: usize) {
        drop(self.when(|seen| seen.conversations >= count));
    }

    fn when(&self, enough: impl Fn(&Seen) -> bool) -> std::sync::MutexGuard<'_, Seen> {
        let (seen, changed) = &*self.seen;
        let guard = seen.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = changed.wait_timeout_while(guard, PATIENCE, |seen| !enough(seen));
        let (guard, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        assert!(!timeout.timed_out(), "only {} letters in {} conversations", guard.letters.len(), guard.conversations);
        guard
    }
}

fn note(seen: &(Mutex<Seen>, Condvar), change: impl FnOnce(&mut Seen)) {
    change(&mut seen.0.lock().unwrap_or_else(PoisonError::into_inner));
    seen.1.notify_all();
}

fn converse(stream: &TcpStream, conduct: Conduct, seen: &(Mutex<Seen>, Condvar)) -> std::io::Result<()> {
    note(seen, |seen| seen.conversations += 1);
    let mut lines = BufReader::new(stream);
    let say = |text: &str| { &*stream }.write_all(format!("{text}\r\n").as_bytes());
    let mut to = Vec::new();
    if conduct == Conduct::IsSilent {
        let mut never = String::new();
        return lines.read_line(&mut never).map(drop);
    }
    say("220 test ready")?;
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line)? == 0 {
            return Ok(());
        }
        match (line.split([' ', ':']).next().unwrap_or_default().trim().to_ascii_uppercase().as_str(), conduct) {
            ("EHLO", Conduct::RefusesLogin(_)) => say("250-test\r\n250 AUTH PLAIN LOGIN")?,
            ("EHLO", _) => say("250-test\r\n250 8BITMIME")?,
            ("AUTH", Conduct::RefusesLogin(answer)) | ("RCPT", Conduct::Refuses(answer)) => say(answer)?,
            ("RCPT", _) => {
                to.push(line.split_once(':').map(|(_, to)| to.trim().to_owned()).unwrap_or_default());
                say("250 ok")?;
            }
            ("DATA", _) => {
                say("354 go on")?;
                let letter = Arrived { to: std::mem::take(&mut to), text: body(&mut lines)? };
                note(seen, |seen| seen.letters.push(letter));
                if conduct != Conduct::TakesAndIsSilent {
                    say("250 taken")?;
                }
            }
            ("QUIT", _) => return say("221 bye"),
            _ => say("250 ok")?,
        }
    }
}

/// The lines up to the one that is a dot.
fn body(lines: &mut BufReader<&TcpStream>) -> std::io::Result<String> {
    let mut text = String::new();
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line)? == 0 || line == ".\r\n" {
            return Ok(text);
        }
        text.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
}
