//! Who calls the server.

use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

use crate::answer::Answer;

/// The password of every actor.
pub const PASSWORD: &str = "Correct-Horse-1";
/// What every actor calls its program.
pub const USER_AGENT: &str = "stoa-tests/1";

/// Somebody at a client; signed in or not.
#[derive(Clone)]
pub struct Actor {
    client: Client,
    base: String,
    /// The access token, when signed in.
    pub access: Option<String>,
    /// The refresh token that belongs to it.
    pub refresh: String,
    /// The address of whoever has one.
    pub email: String,
    /// The id of whoever is known.
    pub user_id: String,
    /// The organization the token is for, when it is for one.
    pub organization: String,
    /// Its slug.
    pub slug: String,
}

impl Actor {
    /// Somebody nobody knows, at the server behind this address.
    pub fn anonymous(address: std::net::SocketAddr) -> Self {
        let client = Client::builder().no_proxy().user_agent(USER_AGENT).redirect(reqwest::redirect::Policy::none());
        // The server ends connections that rest for five seconds: one that is about to end is not to be used again.
        let client = client.pool_idle_timeout(Duration::from_secs(1));
        Self {
            client: client.build().expect("a client"),
            base: format!("http://{address}"),
            access: None,
            refresh: String::new(),
            email: String::new(),
            user_id: String::new(),
            organization: String::new(),
            slug: String::new(),
        }
    }

    /// Begins a request.
    pub fn ask(&self, method: Method, path: &str) -> Ask {
        let request = self.client.request(method, format!("{}{path}", self.base));
        Ask(match &self.access {
            Some(token) => request.bearer_auth(token),
            None => request,
        })
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path).send().await
    }

    /// POST with a JSON body.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask(Method::POST, path).json(body).send().await
    }

    /// PATCH with a JSON body.
    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.ask(Method::PATCH, path).json(body).send().await
    }

    /// PUT with a JSON body.
    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.ask(Method::PUT, path).json(body).send().await
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Answer {
        self.ask(Method::DELETE, path).send().await
    }

    /// The same client with another access token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { access: Some(token.to_owned()), ..self.clone() }
    }

    /// The same client, with the same token, at another server.
    #[must_use]
    pub fn at(&self, address: std::net::SocketAddr) -> Self {
        Self { base: format!("http://{address}"), ..self.clone() }
    }

    /// Registers and signs in.
    pub async fn register(&self, email: &str, organization: &str) -> Self {
        let body =
            json!({"email": email, "password": PASSWORD, "name": "Kim Ha-neul", "organization_name": organization});
        let registered = self.post("/api/v1/auth/register", &body).await.gives(201);
        self.holding(&registered).introduced().await
    }

    /// The same person in a session of its own, in the organization joined first.
    pub async fn sign_in(&self) -> Self {
        let body = json!({"email": self.email, "password": PASSWORD});
        let pair = self.post("/api/v1/auth/login", &body).await.gives(200);
        self.holding(&pair).introduced().await
    }

    /// The same person in a session of its own, in this organization.
    pub async fn switch_to(&self, organization: &str) -> Self {
        let body = json!({"organization_id": organization});
        let pair = self.post("/api/v1/auth/switch-organization", &body).await.gives(200);
        self.holding(&pair).introduced().await
    }

    /// The same client with the tokens of this answer.
    #[must_use]
    pub fn holding(&self, pair: &Value) -> Self {
        let text = |field: &str| pair[field].as_str().expect("a token").to_owned();
        Self { access: Some(text("access_token")), refresh: text("refresh_token"), ..self.clone() }
    }

    /// The same actor, told by the server who it is.
    async fn introduced(self) -> Self {
        let me = self.get("/api/v1/auth/me").await.gives(200);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Self {
            user_id: text(&me["id"]),
            email: text(&me["email"]),
            organization: text(&me["organization"]["id"]),
            slug: text(&me["organization"]["slug"]),
            ..self
        }
    }

    /// Creates a warehouse.
    pub async fn build(&self, code: &str) -> Value {
        self.post("/api/v1/warehouses", &warehouse(code)).await.gives(201)
    }

    /// Adds the person to the organization this actor works in.
    pub async fn add(&self, person: &Self, role: &str) -> Answer {
        self.post(&self.members_path(), &json!({"email": person.email, "role": role})).await
    }

    /// Removes the person from it.
    pub async fn remove(&self, person: &Self) -> Answer {
        self.delete(&format!("{}/{}", self.members_path(), person.user_id)).await
    }

    /// The path of the organization this actor works in.
    pub fn organization_path(&self) -> String {
        format!("/api/v1/organizations/{}", self.organization)
    }

    /// The path of its members.
    pub fn members_path(&self) -> String {
        format!("{}/members", self.organization_path())
    }
}

/// The body that creates a warehouse.
pub fn warehouse(code: &str) -> Value {
    json!({
        "code": code, "name": format!("Warehouse {code}"), "address": "Pier 3",
        "country": "KR", "tz": "Asia/Seoul", "currency": "KRW",
    })
}

/// A request that is being made.
#[must_use]
pub struct Ask(RequestBuilder);

impl Ask {
    /// With a header.
    pub fn header(self, name: &str, value: &str) -> Self {
        Self(self.0.header(name, value))
    }

    /// With a JSON body.
    pub fn json(self, body: &Value) -> Self {
        Self(self.0.json(body))
    }

    /// With a form.
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        Self(self.0.form(fields))
    }

    /// With these bytes for a body, said to be JSON.
    pub fn raw_json(self, body: impl Into<Vec<u8>>) -> Self {
        self.bytes(body).header("content-type", "application/json")
    }

    /// With these bytes for a body, of which nothing is said.
    pub fn bytes(self, body: impl Into<Vec<u8>>) -> Self {
        Self(self.0.body(body.into()))
    }

    /// Sends it.
    pub async fn send(self) -> Answer {
        Answer::read(self.0.send().await.expect("an answer")).await
    }
}
