//! Setting up and using a second factor, as people with an authenticator do.

use serde_json::{Value, json};
use stoa_domain::kernel::sources::Clock as _;
use stoa_tests::actor::{Actor, PASSWORD};
use stoa_tests::answer::Answer;
use stoa_tests::stage::Stage;

pub(crate) const TOTP: &str = "/api/v1/auth/mfa/totp";
pub(crate) const CONFIRM: &str = "/api/v1/auth/mfa/totp/confirm";
const VERIFY: &str = "/api/v1/auth/mfa/verify";
pub(crate) const LOGIN: &str = "/api/v1/auth/login";

/// The authenticator of somebody.
pub(crate) struct Authenticator(pub(crate) totp_rs::Totp);

impl Authenticator {
    pub(crate) fn of(enrolment: &Value) -> Self {
        let secret = totp_rs::Secret::try_from_base32(enrolment["secret"].as_str().unwrap()).unwrap();
        Self(totp_rs::Builder::new().with_secret(secret).build().unwrap())
    }

    /// The code of so many steps from now.
    pub(crate) fn code(&self, stage: &Stage, steps: i64) -> String {
        let at = stage.clock.now().timestamp() + 30 * steps;
        self.0.generate(at.unsigned_abs()).to_string()
    }
}

pub(crate) async fn begin(actor: &Actor) -> Value {
    actor.post(TOTP, &json!({})).await.gives(200)
}

pub(crate) async fn confirm(actor: &Actor, code: &str) -> Answer {
    actor.post(CONFIRM, &json!({"code": code})).await
}

/// An authenticator that is set up, with the recovery codes. No code of the present step is left.
pub(crate) async fn enrolled(stage: &Stage, actor: &Actor) -> (Authenticator, Vec<String>) {
    let authenticator = Authenticator::of(&begin(actor).await);
    let given = confirm(actor, &authenticator.code(stage, 0)).await.gives(200);
    let codes = given["recovery_codes"].as_array().unwrap();
    let codes = codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect();
    (authenticator, codes)
}

pub(crate) async fn login(actor: &Actor) -> Value {
    actor.post(LOGIN, &json!({"email": actor.email, "password": PASSWORD})).await.gives(200)
}

/// The token for the second factor, after the right password.
pub(crate) async fn asked(actor: &Actor) -> String {
    login(actor).await["mfa_token"].as_str().expect("the second factor is asked for").to_owned()
}

pub(crate) async fn verify(from: &Actor, token: &str, code: &str) -> Answer {
    from.post(VERIFY, &json!({"mfa_token": token, "code": code})).await
}
