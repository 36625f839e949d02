//! The mail server that letters are given to: one address, or a setting for each part of it.

use std::path::PathBuf;

use percent_encoding::percent_decode_str;
use stoa_domain::kernel::email::Email;
use stoa_domain::kernel::secret::Secret;
use url::{Host, Url};

use super::reader::{Expected, Reader};
use super::table::{SMTP_CA_FILE, SMTP_HOST, SMTP_PASSWORD, SMTP_PORT, SMTP_TLS, SMTP_URL, SMTP_USERNAME, Setting};

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
    /// The certificates that its own must be signed by; the public authorities if it is none.
    pub ca_file: Option<PathBuf>,
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

/// What an address should have been.
const ADDRESS: &str = "smtps://USER:PASSWORD@HOST:PORT, or smtp://USER:PASSWORD@HOST:PORT for STARTTLS";

fn refuse_each(reader: &mut Reader, settings: &[&'static Setting], expected: &str) {
    for setting in settings {
        if reader.is_given(setting) {
            reader.refuse(setting, expected);
        }
    }
}

impl Smtp {
    /// The mail server, if one is given. Its user is that of the sender where a password stands alone.
    pub(super) fn read(reader: &mut Reader, from: Option<&Email>) -> Option<Self> {
        let by_url = reader.read(&SMTP_URL, Self::parse);
        let by_parts = Self::of_parts(reader, from);
        if reader.is_given(&SMTP_URL) {
            let parts = [&SMTP_HOST, &SMTP_PORT, &SMTP_TLS, &SMTP_USERNAME, &SMTP_PASSWORD];
            refuse_each(reader, &parts, "either this or SMTP_URL, not both");
        } else if !reader.is_given(&SMTP_HOST) {
            refuse_each(reader, &[&SMTP_PORT, &SMTP_USERNAME, &SMTP_PASSWORD], "SMTP_HOST beside it, or not this");
            refuse_each(reader, &[&SMTP_CA_FILE], "SMTP_HOST or SMTP_URL beside it, or not this");
        }
        let smtp = by_url.or(by_parts)?;
        let ca_file = reader.path(&SMTP_CA_FILE);
        if ca_file.is_some() && smtp.tls == SmtpTls::None {
            reader.refuse(&SMTP_CA_FILE, "a protected conversation, by SMTP_TLS or SMTP_URL, or not this");
        }
        Some(Self { ca_file, ..smtp })
    }

    fn of_parts(reader: &mut Reader, from: Option<&Email>) -> Option<Self> {
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
        Some(Self { host: host?, port, tls, login: user.zip(password), ca_file: None })
    }

    /// Reads an address. Elsewhere `smtp://` often means "no protection, or what there is": here it is
    /// STARTTLS or nothing, unless it says `tls=none`.
    fn parse(text: &str) -> Result<Self, Expected> {
        let expected = || ADDRESS.to_owned();
        let url = Url::parse(text).map_err(|_| expected())?;
        let options: Vec<_> = url.query_pairs().collect();
        let option = match options.as_slice() {
            [] => None,
            [(name, value)] if name == "tls" => Some(value.as_ref()),
            _ => return Err("no other option than tls in an address of a mail server".to_owned()),
        };
        let tls = match (url.scheme(), option) {
            ("smtps", None) => SmtpTls::Tls,
            ("smtp", None | Some("required")) => SmtpTls::StartTls,
            ("smtp", Some("none")) => SmtpTls::None,
            ("smtp", Some(_)) => return Err("tls=required or tls=none in an smtp:// address".to_owned()),
            _ => return Err(expected()),
        };
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() || url.port() == Some(0) {
            return Err(expected());
        }
        let host = host(url.host_str().unwrap_or_default()).map_err(|_| expected())?;
        let login = login(&url)?;
        if tls == SmtpTls::None && login.is_some() {
            return Err("smtps:// or tls=required, since the password would be sent for all to read".to_owned());
        }
        Ok(Self { host, port: url.port().unwrap_or(tls.usual_port()), tls, login, ca_file: None })
    }
}

/// User and password of an address, where `%40` stands for an @.
fn login(url: &Url) -> Result<Option<(String, Secret)>, Expected> {
    let decoded = |text| percent_decode_str(text).decode_utf8().map_err(|_| ADDRESS.to_owned());
    match (decoded(url.username())?, url.password().map(decoded).transpose()?) {
        (user, None) if user.is_empty() => Ok(None),
        (user, Some(password)) if !user.is_empty() && !password.is_empty() => {
            Ok(Some((user.into_owned(), password.as_ref().into())))
        }
        _ => Err("both a user and a password in an address of a mail server, or neither".to_owned()),
    }
}

fn text(reader: &mut Reader, setting: &Setting) -> Option<String> {
    reader.read(setting, |text| Ok(text.to_owned()))
}

fn host(text: &str) -> Result<String, Expected> {
    match Host::parse(text) {
        Ok(Host::Domain(name)) => Ok(name),
        Ok(Host::Ipv4(address)) => Ok(address.to_string()),
        Ok(Host::Ipv6(address)) => Ok(address.to_string()),
        Err(_) => Err("the name of a host".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_protection_has_its_port() {
        let ports = [SmtpTls::StartTls, SmtpTls::Tls, SmtpTls::None].map(SmtpTls::usual_port);
        assert_eq!(ports, [587, 465, 25]);
    }

    #[test]
    fn a_host_is_a_name_or_an_address() {
        for (text, host_name) in [
            ("Mail.Example.com", "mail.example.com"),
            ("10.0.0.1", "10.0.0.1"),
            ("[::1]", "::1"),
            ("bücher.de", "xn--bcher-kva.de"),
        ] {
            assert_eq!(host(text).as_deref(), Ok(host_name));
        }
        for text in ["", "mail server", "kim@mail", "mail:25"] {
            assert!(host(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_address_says_everything_about_a_mail_server() {
        let kim = || Some(("kim@example.com".to_owned(), "p:w/d+?".into()));
        for (text, port, tls, login) in [
            ("smtps://mail.example", 465, SmtpTls::Tls, None),
            ("smtps://kim%40example.com:p:w%2Fd+%3F@mail.example:2465/", 2465, SmtpTls::Tls, kim()),
            ("smtp://mail.example", 587, SmtpTls::StartTls, None),
            ("SMTP://Mail.Example:25?tls=required", 25, SmtpTls::StartTls, None),
            ("smtp://kim%40example.com:p%3Aw%2Fd%2B%3F@mail.example", 587, SmtpTls::StartTls, kim()),
            ("smtp://mail.example?tls=none", 25, SmtpTls::None, None),
        ] {
            let expected = Smtp { host: "mail.example".to_owned(), port, tls, login, ca_file: None };
            assert_eq!(Smtp::parse(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_address_of_a_mail_server_is_refused() {
        for text in [
            "",
            "mail.example",
            "mail.example:587",
            "https://mail.example",
            "smtp:mail.example",
            "smtp://",
            "smtp://:25",
            "smtp://mail.example:0",
            "smtp://mail.example/path",
            "smtp://mail.example#top",
            "smtp://mail.example?tls=opportunistic",
            "smtp://mail.example?tls=wrapper",
            "smtp://mail.example?tls=required&tls=none",
            "smtp://mail.example?pool=1",
            "smtps://mail.example?tls=none",
            "smtp://kim@mail.example",
            "smtp://:pw@mail.example",
            "smtp://kim:@mail.example",
            "smtp://kim:%ff@mail.example",
            "smtp://kim:pw@mail.example?tls=none",
        ] {
            assert!(Smtp::parse(text).is_err(), "{text}");
        }
    }
}
