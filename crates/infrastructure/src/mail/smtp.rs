//! Letters to a mail server.

use std::time::Duration;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{SmtpTransport, Transport as _};
use stoa_domain::kernel::secret::Secret;
use stoa_domain::mail::letter::Mail;
use stoa_domain::mail::ports::{MailError, Mailer};
use thiserror::Error as ThisError;

use super::mime::{Sender, message};

/// How long each step of a conversation may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// Answers by which a server refuses us and not the letter: the operator can mend that.
const REFUSES_US: [&str; 4] = ["530", "534", "535", "538"];

/// How the conversation is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpTls {
    /// Not at all.
    None,
    /// By STARTTLS; a server that cannot is sent nothing.
    StartTls,
    /// From its first byte.
    Tls,
}

/// Which server, and as whom.
#[derive(Debug, Clone)]
pub struct SmtpSettings {
    /// Host name, which its certificate must have.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Protection.
    pub tls: SmtpTls,
    /// User and password, where the server asks for them.
    pub login: Option<(String, Secret)>,
}

/// The server cannot be spoken to as it is described.
#[derive(Debug, Clone, PartialEq, Eq, ThisError)]
#[error("{0}")]
pub struct SmtpSetupError(String);

/// A [`Mailer`] that speaks SMTP; a conversation for each letter.
pub struct SmtpMailer {
    sender: Sender,
    transport: SmtpTransport,
}

impl SmtpMailer {
    /// Letters from this sender by this server. Connects when the first is sent.
    ///
    /// # Errors
    /// [`SmtpSetupError`] if the host has no name a certificate could have.
    pub fn new(sender: Sender, settings: &SmtpSettings) -> Result<Self, SmtpSetupError> {
        let parameters =
            || TlsParameters::new(settings.host.clone()).map_err(|error| SmtpSetupError(error.to_string()));
        let tls = match settings.tls {
            SmtpTls::None => Tls::None,
            SmtpTls::StartTls => Tls::Required(parameters()?),
            SmtpTls::Tls => Tls::Wrapper(parameters()?),
        };
        let mut transport =
            SmtpTransport::builder_dangerous(&settings.host).port(settings.port).tls(tls).timeout(Some(PATIENCE));
        if let Some((user, password)) = &settings.login {
            transport = transport.credentials(Credentials::new(user.clone(), password.expose().to_owned()));
        }
        Ok(Self { sender, transport: transport.build() })
    }
}

impl Mailer for SmtpMailer {
    fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let message = message(&self.sender, mail)?;
        self.transport.send(&message).map(drop).map_err(|error| meaning(&error))
    }
}

fn meaning(error: &Error) -> MailError {
    let refuses_us = error.status().is_some_and(|code| REFUSES_US.contains(&code.to_string().as_str()));
    if error.is_permanent() && !refuses_us {
        MailError::Refused(error.to_string())
    } else {
        MailError::Unavailable(error.to_string())
    }
}
