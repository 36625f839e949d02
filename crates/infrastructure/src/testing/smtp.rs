//! A mail server for tests: it speaks as much SMTP as it takes to be sent a letter, and misbehaves
//! as it is told.

use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::{ServerConnection, StreamOwned};

use super::certificates::Identity;

/// Nobody waits longer than this for a letter.
const PATIENCE: Duration = Duration::from_secs(30);

/// How it behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conduct {
    /// It takes every letter.
    Takes,
    /// It takes letters from whoever signs in as this user with this password.
    TakesFrom(&'static str, &'static str),
    /// It answers so when it is told whom a letter is for.
    Refuses(&'static str),
    /// It asks who is there and answers so to whoever says it.
    RefusesLogin(&'static str),
    /// It offers STARTTLS and answers so to whoever wants it.
    RefusesTls(&'static str),
    /// It says nothing at all, not even a greeting.
    IsSilent,
    /// It takes the letter and never says so.
    TakesAndIsSilent,
}

/// How its conversations are protected.
#[derive(Debug, Clone)]
pub enum Protection {
    /// Not at all.
    None,
    /// From where the client asks for it. Nobody signs in before.
    StartTls(Identity),
    /// From the first byte.
    Tls(Identity),
}

/// A letter as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrived {
    /// Whom it is for, in angle brackets.
    pub to: Vec<String>,
    /// Headers and body, with lines ended as they came.
    pub text: String,
    /// Whether nobody could read along.
    pub is_protected: bool,
    /// Who had signed in.
    pub user: Option<String>,
}

#[derive(Default)]
struct Seen {
    conversations: usize,
    letters: Vec<Arrived>,
    in_the_clear: Vec<String>,
}

/// A mail server on a port of its own, until the process ends.
pub struct SmtpServer {
    address: SocketAddr,
    protection: Protection,
    seen: Arc<(Mutex<Seen>, Condvar)>,
}

impl SmtpServer {
    /// Starts one that protects nothing.
    pub fn start(conduct: Conduct) -> Self {
        Self::start_with(conduct, Protection::None)
    }

    /// Starts one.
    pub fn start_with(conduct: Conduct, protection: Protection) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("an address");
        let server = Self { address, protection: protection.clone(), seen: Arc::default() };
        let seen = Arc::clone(&server.seen);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (protection, seen) = (protection.clone(), Arc::clone(&seen));
                // A client that hangs up ends the conversation and nothing else.
                thread::spawn(move || drop(Conversation::begin(stream, conduct, protection, seen)));
            }
        });
        server
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The settings by which Stoa finds it, beside a sender. A server with a certificate is called
    /// `localhost`.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        let (host, tls) = match self.protection {
            Protection::None => (self.address.ip().to_string(), "none"),
            Protection::StartTls(_) => ("localhost".to_owned(), "starttls"),
            Protection::Tls(_) => ("localhost".to_owned(), "tls"),
        };
        vec![
            ("SMTP_HOST", host),
            ("SMTP_PORT", self.address.port().to_string()),
            ("SMTP_TLS", tls.to_owned()),
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

    /// The words of commands that anybody could have read, in order.
    pub fn in_the_clear(&self) -> Vec<String> {
        self.when(|_| true).in_the_clear.clone()
    }

    fn when(&self, enough: impl Fn(&Seen) -> bool) -> MutexGuard<'_, Seen> {
        let (seen, changed) = &*self.seen;
        let guard = seen.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = changed.wait_timeout_while(guard, PATIENCE, |seen| !enough(seen));
        let (guard, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        assert!(!timeout.timed_out(), "only {} letters in {} conversations", guard.letters.len(), guard.conversations);
        guard
    }
}

/// What the bytes go through.
enum Stream {
    Plain(TcpStream),
    Protected(Box<StreamOwned<ServerConnection, TcpStream>>),
}

impl Stream {
    fn protected(self, identity: &Identity) -> io::Result<Self> {
        let Self::Plain(stream) = self else { return Err(io::Error::other("protected already")) };
        let connection = ServerConnection::new(identity.config()).map_err(io::Error::other)?;
        Ok(Self::Protected(Box::new(StreamOwned::new(connection, stream))))
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(buffer),
            Self::Protected(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.write(buffer),
            Self::Protected(stream) => stream.write(buffer),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.flush(),
            Self::Protected(stream) => stream.flush(),
        }
    }
}

struct Conversation {
    stream: BufReader<Stream>,
    conduct: Conduct,
    protection: Protection,
    seen: Arc<(Mutex<Seen>, Condvar)>,
    user: Option<String>,
    to: Vec<String>,
}

impl Conversation {
    fn begin(
        stream: TcpStream,
        conduct: Conduct,
        protection: Protection,
        seen: Arc<(Mutex<Seen>, Condvar)>,
    ) -> io::Result<()> {
        let stream = match &protection {
            Protection::Tls(identity) => Stream::Plain(stream).protected(identity)?,
            Protection::None | Protection::StartTls(_) => Stream::Plain(stream),
        };
        let conversation =
            Self { stream: BufReader::new(stream), conduct, protection, seen, user: None, to: Vec::new() };
        conversation.note(|seen| seen.conversations += 1);
        conversation.hold()
    }

    fn hold(mut self) -> io::Result<()> {
        if self.conduct == Conduct::IsSilent {
            return self.hear().map(drop);
        }
        self.say("220 test ready")?;
        loop {
            let line = self.hear()?;
            if line.is_empty() {
                return Ok(());
            }
            let command = line.split([' ', ':']).next().unwrap_or_default().trim().to_ascii_uppercase();
            if !self.is_protected() {
                self.note(|seen| seen.in_the_clear.push(command.clone()));
            }
            match (command.as_str(), self.conduct) {
                ("EHLO", _) => self.introduce()?,
                ("STARTTLS", Conduct::RefusesTls(answer))
                | ("AUTH", Conduct::RefusesLogin(answer))
                | ("RCPT", Conduct::Refuses(answer)) => self.say(answer)?,
                ("STARTTLS", _) => self = self.protected()?,
                ("AUTH", Conduct::TakesFrom(user, password)) => self.recognise(&line, user, password)?,
                ("MAIL", Conduct::TakesFrom(..)) if self.user.is_none() => self.say("530 sign in first")?,
                ("RCPT", _) => {
                    self.to.push(line.split_once(':').map(|(_, to)| to.trim().to_owned()).unwrap_or_default());
                    self.say("250 ok")?;
                }
                ("DATA", _) => self.take()?,
                ("QUIT", _) => return self.say("221 bye"),
                _ => self.say("250 ok")?,
            }
        }
    }

    fn introduce(&mut self) -> io::Result<()> {
        let offers_tls = !self.is_protected() && matches!(self.protection, Protection::StartTls(_));
        let offers_login = match self.conduct {
            Conduct::RefusesLogin(_) => true,
            Conduct::TakesFrom(..) => self.is_protected(),
            _ => false,
        };
        self.say("250-test")?;
        if offers_tls || matches!(self.conduct, Conduct::RefusesTls(_)) {
            self.say("250-STARTTLS")?;
        }
        if offers_login {
            self.say("250-AUTH PLAIN LOGIN")?;
        }
        self.say("250 8BITMIME")
    }

    fn recognise(&mut self, line: &str, user: &str, password: &str) -> io::Result<()> {
        let wanted = format!("AUTH PLAIN {}", STANDARD.encode(format!("\0{user}\0{password}")));
        if line.trim() != wanted {
            return self.say("535 wrong password");
        }
        self.user = Some(user.to_owned());
        self.say("235 welcome")
    }

    fn take(&mut self) -> io::Result<()> {
        self.say("354 go on")?;
        let text = self.body()?;
        let to = std::mem::take(&mut self.to);
        let letter = Arrived { to, text, is_protected: self.is_protected(), user: self.user.clone() };
        self.note(|seen| seen.letters.push(letter));
        if self.conduct == Conduct::TakesAndIsSilent { Ok(()) } else { self.say("250 taken") }
    }

    /// The lines up to the one that is a dot.
    fn body(&mut self) -> io::Result<String> {
        let mut text = String::new();
        loop {
            let line = self.hear()?;
            if line.is_empty() || line == ".\r\n" {
                return Ok(text);
            }
            text.push_str(line.strip_prefix('.').unwrap_or(&line));
        }
    }

    /// The same from here on protected. What the client said too early is forgotten.
    fn protected(mut self) -> io::Result<Self> {
        let Protection::StartTls(identity) = self.protection.clone() else {
            self.say("502 not here")?;
            return Ok(self);
        };
        self.say("220 go on")?;
        let stream = self.stream.into_inner().protected(&identity)?;
        Ok(Self { stream: BufReader::new(stream), ..self })
    }

    fn is_protected(&self) -> bool {
        matches!(self.stream.get_ref(), Stream::Protected(_))
    }

    /// A line; the empty one if the client has hung up.
    fn hear(&mut self) -> io::Result<String> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        Ok(line)
    }

    fn say(&mut self, text: &str) -> io::Result<()> {
        let stream = self.stream.get_mut();
        stream.write_all(format!("{text}\r\n").as_bytes())?;
        stream.flush()
    }

    fn note(&self, change: impl FnOnce(&mut Seen)) {
        change(&mut self.seen.0.lock().unwrap_or_else(PoisonError::into_inner));
        self.seen.1.notify_all();
    }
}
