//! How letters leave the house, and where their links lead.

use std::path::PathBuf;

use stoa_domain::kernel::email::Email;
use stoa_domain::kernel::field::Parsed as _;
use url::Url;

use super::environment::Environment;
use super::reader::{Expected, Reader};
use super::smtp::Smtp;
use super::table::{APP_NAME, FRONTEND_URL, MAIL_DIR, MAIL_FROM};

/// Most characters of a name.
const NAME_MAX: usize = 60;

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

impl Mail {
    pub(super) fn read(reader: &mut Reader, environment: Environment) -> Self {
        let from = reader.read(&MAIL_FROM, address);
        let frontend_url = reader.read(&FRONTEND_URL, web_address);
        let is_open = frontend_url.as_ref().is_none_or(|url: &String| !url.starts_with("https://"));
        if environment.is_production() && is_open {
            reader.refuse(
                &FRONTEND_URL,
                "an https:// address of yours in production, since letters lead there with tokens",
            );
        }
        let folder = reader.path(&MAIL_DIR);
        let carrier = match Smtp::read(reader, from.as_ref()) {
            Some(smtp) => {
                if !reader.is_given(&MAIL_FROM) {
                    reader.refuse(&MAIL_FROM, "an address of yours, since a mail server is given");
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

/// What people know the installation by.
pub(super) fn read_app_name(reader: &mut Reader) -> String {
    reader.read(&APP_NAME, app_name).unwrap_or_else(|| "Stoa".to_owned())
}

/// A colon would end the name in what authenticators are given.
fn app_name(text: &str) -> Result<String, Expected> {
    let name = text.trim();
    let fits = (1..=NAME_MAX).contains(&name.chars().count());
    if fits && !name.contains(|c: char| c == ':' || c.is_control()) {
        return Ok(name.to_owned());
    }
    Err(format!("a name of 1 to {NAME_MAX} characters without a colon"))
}

fn address(text: &str) -> Result<Email, Expected> {
    Email::parse(text).map_err(|_| "an e-mail address".to_owned())
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
    fn a_name_is_short_and_in_one_line() {
        assert_eq!(app_name(" Kühlhaus & Söhne ").unwrap(), "Kühlhaus & Söhne");
        for text in ["", "  ", "Stoa: test", "Stoa\nBcc", &"x".repeat(61)] {
            assert!(app_name(text).is_err(), "{text}");
        }
    }

    #[test]
    fn links_lead_to_a_page_on_the_web() {
        assert_eq!(web_address("https://app.example/stoa").unwrap(), "https://app.example/stoa");
        for text in ["", "app.example", "ftp://app.example", "https://app.example/?a=b", "https://app.example/#top"] {
            assert!(web_address(text).is_err(), "{text}");
        }
    }
}
