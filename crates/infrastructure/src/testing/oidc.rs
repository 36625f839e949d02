//! A provider of OpenID Connect for tests: a server on this machine that vouches for whomever it is told
//! to, and misbehaves as it is told.

use std::collections::HashMap;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use rcgen::KeyPair;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;
use url::form_urlencoded;

/// What it calls its client.
pub const CLIENT_ID: &str = "stoa client";
/// By which it knows its client.
pub const CLIENT_SECRET: &str = "s3cret:of/the+client";

/// How it behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conduct {
    /// As it should.
    Works,
    /// Every answer is a 500.
    IsBroken,
    /// Every answer is a page for people.
    SpeaksNonsense,
    /// Every answer leads elsewhere.
    Redirects,
    /// Every answer is larger than anybody would read.
    IsEndless,
    /// It takes requests and says nothing.
    IsSilent,
}

/// What is wrong with the token of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// Nothing.
    None,
    /// It has the nonce of somebody else.
    Nonce,
    /// It is for another client.
    Audience,
    /// It is for us and others, and was asked for by one of them.
    Party,
    /// It is another issuer's.
    Issuer,
    /// A key has signed it that has the name of the published one.
    Signature,
    /// A key has signed it that is not published.
    UnpublishedKey,
    /// The published key was used as a shared secret.
    SharedSecret,
    /// It is signed by nothing.
    Unsigned,
    /// It has expired.
    Expired,
    /// It was made in an hour.
    Early,
    /// It names nobody.
    Nobody,
    /// There is none.
    Missing,
}

/// Whom it vouches for.
#[derive(Debug, Clone)]
pub struct Person {
    /// Who they are there.
    pub subject: String,
    /// The address it names.
    pub email: Option<String>,
    /// What is wrong with their token.
    pub flaw: Flaw,
}

impl Person {
    /// Somebody with an address.
    pub fn new(subject: &str) -> Self {
        Self { subject: subject.to_owned(), email: Some(format!("{subject}@id.example")), flaw: Flaw::None }
    }

    /// The same, with something wrong.
    #[must_use]
    pub fn with(self, flaw: Flaw) -> Self {
        Self { flaw, ..self }
    }
}

/// What it remembers of a code.
struct Granted {
    person: Person,
    nonce: String,
    challenge: String,
    redirect_uri: String,
    at: DateTime<Utc>,
}

struct Key {
    id: String,
    key: EncodingKey,
}

impl Key {
    fn new(id: &str) -> Self {
        let pair = KeyPair::generate().expect("a key");
        let key = EncodingKey::from_ec_pem(pair.serialize_pem().as_bytes()).expect("a key on P-256");
        Self { id: id.to_owned(), key }
    }

    fn public(&self) -> Value {
        let mut public = Jwk::from_encoding_key(&self.key, Algorithm::ES256).expect("a public key");
        public.common.key_id = Some(self.id.clone());
        serde_json::to_value(public).expect("JSON")
    }
}

struct State {
    conduct: Conduct,
    key: Key,
    rotations: usize,
    granted: HashMap<String, Granted>,
    asked: HashMap<String, usize>,
}

/// A provider on a port of its own, until the process ends.
#[derive(Clone)]
pub struct OidcServer {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl OidcServer {
    /// Starts one that works.
    pub fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (granted, asked) = (HashMap::new(), HashMap::new());
        let state = State { conduct: Conduct::Works, key: Key::new("key-0"), rotations: 0, granted, asked };
        let server = Self { address, state: Arc::new(Mutex::new(state)) };
        let serving = server.clone();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let server = serving.clone();
                // A client that hangs up ends the conversation and nothing else.
                thread::spawn(move || drop(server.converse(stream)));
            }
        });
        server
    }

    /// What it calls itself.
    pub fn issuer(&self) -> String {
        format!("http://{}", self.address)
    }

    /// It behaves so from now on.
    pub fn behave(&self, conduct: Conduct) {
        self.state().conduct = conduct;
    }

    /// It signs by a new key, and publishes no other.
    pub fn rotate(&self) {
        let mut state = self.state();
        state.rotations += 1;
        state.key = Key::new(&format!("key-{}", state.rotations));
    }

    /// How often it was asked for this path.
    pub fn asked_for(&self, path: &str) -> usize {
        self.state().asked.get(path).copied().unwrap_or_default()
    }

    /// The setting by which Stoa knows it under this key.
    pub fn settings(&self, key: &str) -> String {
        let provider = json!({
            "key": key, "name": "Main Identity", "issuer": self.issuer(),
            "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET,
        });
        json!([provider]).to_string()
    }

    /// Somebody whom Stoa has sent to this address says who they are, at this time; answers the state
    /// and the code that they come back with.
    pub fn authorize(&self, url: &str, person: Person, at: DateTime<Utc>) -> (String, String) {
        let url = Url::parse(url).expect("an address");
        assert!(url.as_str().starts_with(&format!("{}/authorize?", self.issuer())), "{url}");
        let asked: HashMap<_, _> = url.query_pairs().into_owned().collect();
        let text = |name: &str| asked.get(name).unwrap_or_else(|| panic!("no {name} in {url}")).clone();
        for (name, value) in [
            ("response_type", "code"),
            ("client_id", CLIENT_ID),
            ("scope", "openid email"),
            ("code_challenge_method", "S256"),
        ] {
            assert_eq!(text(name), value);
        }
        let granted = Granted {
            person,
            nonce: text("nonce"),
            challenge: text("code_challenge"),
            redirect_uri: text("redirect_uri"),
            at,
        };
        let mut state = self.state();
        let code = format!("code-{}-{}", state.granted.len(), text("state"));
        state.granted.insert(code.clone(), granted);
        (text("state"), code)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn converse(&self, mut stream: TcpStream) -> io::Result<()> {
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        let request = Request::read(&stream)?;
        let conduct = self.state().conduct;
        *self.state().asked.entry(request.path.clone()).or_default() += 1;
        let (status, body) = match conduct {
            Conduct::Works => self.answer(&request),
            Conduct::IsBroken => (500, json!({"error": "server_error"}).to_string()),
            Conduct::SpeaksNonsense => (200, "<html>Please come back later</html>".to_owned()),
            Conduct::Redirects => (302, String::new()),
            Conduct::IsEndless => (200, " ".repeat(2 << 20)),
            Conduct::IsSilent => {
                thread::sleep(Duration::from_mins(1));
                return Ok(());
            }
        };
        let location = if status == 302 { format!("location: {}/elsewhere\r\n", self.issuer()) } else { String::new() };
        let head = format!(
            "HTTP/1.1 {status} -\r\ncontent-type: application/json\r\n{location}content-length: {}\r\nconnection: \
             close\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(body.as_bytes())
    }

    fn answer(&self, request: &Request) -> (u16, String) {
        let issuer = self.issuer();
        match request.path.as_str() {
            "/.well-known/openid-configuration" => {
                let metadata = json!({
                    "issuer": issuer, "authorization_endpoint": format!("{issuer}/authorize"),
                    "token_endpoint": format!("{issuer}/token"), "jwks_uri": format!("{issuer}/keys"),
                });
                (200, metadata.to_string())
            }
            "/keys" => {
                let of_no_use = json!({"kty": "unheard-of", "kid": "other"});
                (200, json!({"keys": [of_no_use, self.state().key.public()]}).to_string())
            }
            "/token" => self.token(request),
            _ => (404, json!({"error": "not_found"}).to_string()),
        }
    }

    fn token(&self, request: &Request) -> (u16, String) {
        let refused = |error: &str| (400, json!({ "error": error }).to_string());
        if !request.is_of_client() {
            return refused("invalid_client");
        }
        let form: HashMap<_, _> = form_urlencoded::parse(&request.body).into_owned().collect();
        let text = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
        let Some(granted) = self.state().granted.remove(text("code")) else { return refused("invalid_grant") };
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(text("code_verifier").as_bytes()));
        let is_right = text("grant_type") == "authorization_code"
            && text("redirect_uri") == granted.redirect_uri
            && challenge == granted.challenge;
        if !is_right {
            return refused("invalid_grant");
        }
        let tokens = match granted.person.flaw {
            Flaw::Missing => json!({"access_token": "opaque", "token_type": "Bearer"}),
            _ => json!({"access_token": "opaque", "token_type": "Bearer", "id_token": self.id_token(&granted)}),
        };
        (200, tokens.to_string())
    }

    fn id_token(&self, granted: &Granted) -> String {
        let (flaw, made_at) = (granted.person.flaw, granted.at.timestamp());
        let mut claims = json!({
            "iss": self.issuer(), "sub": granted.person.subject, "aud": CLIENT_ID, "nonce": granted.nonce,
            "iat": made_at, "exp": made_at + 300, "email": granted.person.email,
        });
        let (field, value) = match flaw {
            Flaw::Nonce => ("nonce", json!("another")),
            Flaw::Audience => ("aud", json!("another client")),
            Flaw::Party => ("aud", json!([CLIENT_ID, "another client"])),
            Flaw::Issuer => ("iss", json!("https://id.example")),
            Flaw::Expired => ("exp", json!(made_at - 61)),
            Flaw::Early => ("iat", json!(made_at + 3600)),
            Flaw::Nobody => ("sub", json!("")),
            _ => ("acr", json!("0")),
        };
        claims[field] = value;
        if flaw == Flaw::Party {
            claims["azp"] = json!("another client");
        }
        let state = self.state();
        let header = Header { kid: Some(state.key.id.clone()), ..Header::new(Algorithm::ES256) };
        let signed = |header: &Header, key: &EncodingKey| encode(header, &claims, key).expect("a token");
        match flaw {
            Flaw::Signature => signed(&header, &Key::new("other").key),
            Flaw::UnpublishedKey => {
                signed(&Header { kid: Some("unpublished".into()), ..header }, &Key::new("unpublished").key)
            }
            Flaw::SharedSecret => {
                let secret = EncodingKey::from_secret(state.key.public().to_string().as_bytes());
                signed(&Header { alg: Algorithm::HS256, ..header }, &secret)
            }
            Flaw::Unsigned => {
                let head = URL_SAFE_NO_PAD.encode(json!({"alg": "none", "typ": "JWT"}).to_string());
                format!("{head}.{}.", URL_SAFE_NO_PAD.encode(claims.to_string()))
            }
            _ => signed(&header, &state.key.key),
        }
    }
}

/// A request, as far as it is looked at.
struct Request {
    path: String,
    authorization: String,
    body: Vec<u8>,
}

impl Request {
    fn read(stream: &TcpStream) -> io::Result<Self> {
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let path = line.split_whitespace().nth(1).unwrap_or_default().to_owned();
        let (mut length, mut authorization) = (0, String::new());
        loop {
            line.clear();
            reader.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            match name.to_lowercase().as_str() {
                "content-length" => length = value.parse().unwrap_or_default(),
                "authorization" => value.clone_into(&mut authorization),
                _ => {}
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        Ok(Self { path, authorization, body })
    }

    /// Whether it bears the name and the secret of the client.
    fn is_of_client(&self) -> bool {
        let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let pair = format!("{}:{}", encoded(CLIENT_ID), encoded(CLIENT_SECRET));
        self.authorization == format!("Basic {}", STANDARD.encode(pair))
    }
}
