//! How letters leave the house, and where their links lead.

use std::path::PathBuf;

use stoa_domain::kernel::email::Email;
use stoa_domain::kernel::field::Parsed as _;
use stoa_domain::kernel::secret::Secret;
use url::Url;

use super::reader::{Expected, Reader};
use super::table::{
    FRONTEND_URL, MAIL_DIR, MAIL_FROM, SMTP_HOST, SMTP_PASSWORD, SMTP_PORT, SMTP_TLS, SMTP_USERNAME, Setting,
};

/// Letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Whom they come from.
    pub from: Email,
    /// Where they go.
    pub carrier: MailCarrier,
    /// Where the pages are that their links lead to.
    pub frontend_url: String,
}

/// Where letters go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailCarrier {
    /// Into files of the folder; none is the usual one in the data folder.
    Folder(Option<PathBuf>),
    /// To a mail server.
    Smtp(Smtp),
}

/// A mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Smtp {
    /// Host name.
    pub host: String,
    /// Port.
    pub port: u16,
    /// How the conversation is protected.
    pub tls: SmtpTls,
    /// User and password, where the server asks for them.
    pub login: Option<(String, Secret)>,
}

/// How a conversation with a mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpTls {
    /// By STARTTLS.
    StartTls,
    /// From the first byte.
    Tls,
    /// Not at all.
    None,
}

impl SmtpTls {
    fn usual_port(self) -> u16 {
        match self {
            Self::StartTls => 587,
            Self::Tls => 465,
            Self::None => 25,
        }
    }
}

impl Mail {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let from = reader.read(&MAIL_FROM, address);
        let frontend_url = reader.read(&FRONTEND_URL, web_address);
        let folder = reader.path(&MAIL_DIR);
        let carrier = match Smtp::read(reader, from.as_ref()) {
            Some(smtp) => {
                if !reader.is_given(&MAIL_FROM) {
                    reader.refuse(&MAIL_FROM, "an address of yours, since SMTP_HOST is given");
                }
                MailCarrier::Smtp(smtp)
            }
            None => MailCarrier::Folder(folder),
        };
        Self {
            from: from.unwrap_or_else(|| Email::from_store("stoa@localhost".to_owned())),
            carrier,
            frontend_url: frontend_url.unwrap_or_else(|| "http://127.0.0.1:8080".to_owned()),
        }
    }
}

impl Smtp {
    fn read(reader: &mut Reader, from: Option<&Email>) -> Option<Self> {
        let host = reader.read(&SMTP_HOST, host);
        let words = [("starttls", SmtpTls::StartTls), ("tls", SmtpTls::Tls), ("none", SmtpTls::None)];
        let tls = reader.choice(&SMTP_TLS, &words).unwrap_or(SmtpTls::StartTls);
        let port = reader.number(&SMTP_PORT, 1..=u16::MAX).unwrap_or(tls.usual_port());
        let user = text(reader, &SMTP_USERNAME).or_else(|| from.map(|from| from.as_str().to_owned()));
        let password = text(reader, &SMTP_PASSWORD).map(Secret::from);
        if tls == SmtpTls::None && password.is_some() {
            reader.refuse(&SMTP_TLS, "starttls or tls, since SMTP_PASSWORD would be sent for all to read");
        }
        if reader.is_given(&SMTP_USERNAME) && password.is_none() {
            reader.refuse(&SMTP_PASSWORD, "a password, since SMTP_USERNAME is given");
        }
        Some(Self { host: host?, port, tls, login: user.zip(password) })
    }
}

fn text(reader: &mut Reader, setting: &Setting) -> Option<String> {
    reader.read(setting, |text| Ok(text.to_owned()))
}

fn address(text: &str) -> Result<Email, Expected> {
    Email::parse(text).map_err(|_| "an e-mail address".to_owned())
}

fn host(text: &str) -> Result<String, Expected> {
    match url::Host::parse(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err("the name of a host".to_owned()),
    }
}

fn web_address(text: &str) -> Result<String, Expected> {
    let is_plain = |url: &Url| {
        matches!(url.scheme(), "http" | "https") && url.has_host() && url.query().is_none() && url.fragment().is_none()
    };
    match Url::parse(text) {
        Ok(url) if is_plain(&url) => Ok(text.to_owned()),
        _ => Err("an address such as https://app.example.com".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_to_a_page_on_the_web() {
        assert_eq!(web_address("https://app.example/stoa").unwrap(), "https://app.example/stoa");
        for text in ["", "app.example", "ftp://app.example", "https://app.example/?a=b", "https://app.example/#top"] {
            assert!(web_address(text).is_err(), "{text}");
        }
    }

    #[test]
    fn each_protection_has_its_port() {
        let ports = [SmtpTls::StartTls, SmtpTls::Tls, SmtpTls::None].map(SmtpTls::usual_port);
        assert_eq!(ports, [587, 465, 25]);
    }
}
