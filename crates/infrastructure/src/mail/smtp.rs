//! Letters to a mail server.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
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

/// How a certificate begins in a PEM file.
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----";

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
    /// The certificates (PEM) one of which must have signed the server's, in place of the public
    /// authorities compiled in.
    pub ca_file: Option<PathBuf>,
}

/// Conversations with the server cannot be protected as it is described.
#[derive(Debug, Clone, PartialEq, Eq, ThisError)]
pub enum SmtpSetupError {
    /// The file of trusted certificates cannot be read or holds none.
    #[error("SMTP_CA_FILE {}: {reason}", path.display())]
    CaFile {
        /// Which file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// What protects conversations cannot be set up at all.
    #[error("{0}")]
    Tls(String),
}

/// A [`Mailer`] that speaks SMTP; a conversation for each letter.
pub struct SmtpMailer {
    sender: Sender,
    transport: SmtpTransport,
}

impl SmtpMailer {
    /// Letters from this sender by this server. Connects when the first is sent.
    ///
    /// # Errors
    /// [`SmtpSetupError`] if there are no certificates in the file of those to trust.
    pub fn new(sender: Sender, settings: &SmtpSettings) -> Result<Self, SmtpSetupError> {
        let tls = match settings.tls {
            SmtpTls::None => Tls::None,
            SmtpTls::StartTls => Tls::Required(parameters(settings)?),
            SmtpTls::Tls => Tls::Wrapper(parameters(settings)?),
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

/// Whom to take for the server.
fn parameters(settings: &SmtpSettings) -> Result<TlsParameters, SmtpSetupError> {
    let parameters = TlsParameters::builder(settings.host.clone());
    let Some(path) = &settings.ca_file else {
        return parameters.build().map_err(|error| SmtpSetupError::Tls(error.to_string()));
    };
    let refuse = |reason: String| SmtpSetupError::CaFile { path: path.clone(), reason };
    let pem = fs::read_to_string(path).map_err(|error| refuse(error.to_string()))?;
    if !pem.contains(CERTIFICATE) {
        return Err(refuse("holds no certificate (PEM)".to_owned()));
    }
    let trusted = Certificate::from_pem(pem.as_bytes()).map_err(|error| refuse(error.to_string()))?;
    let parameters = parameters.certificate_store(CertificateStore::None).add_root_certificate(trusted);
    parameters.build().map_err(|error| refuse(error.to_string()))
}

fn meaning(error: &Error) -> MailError {
    let refuses_us = error.status().is_some_and(|code| REFUSES_US.contains(&code.to_string().as_str()));
    if error.is_permanent() && !refuses_us {
        MailError::Refused(error.to_string())
    } else {
        MailError::Unavailable(error.to_string())
    }
}
