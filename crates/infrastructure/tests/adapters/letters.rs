//! Letters leave the house: into a folder, to a mail server.

use std::fs;

use chrono::DateTime;
use stoa_domain::kernel::email::Email;
use stoa_domain::mail::letter::{Mail, Wording};
use stoa_domain::mail::ports::{MailError, Mailer as _};
use stoa_infrastructure::mail::Sender;
use stoa_infrastructure::mail::folder::FolderMailer;
use stoa_infrastructure::mail::smtp::{SmtpMailer, SmtpSettings, SmtpTls};
use stoa_infrastructure::testing::certificates::Authority;
use stoa_infrastructure::testing::smtp::{Conduct, Protection, SmtpServer};
use uuid::Uuid;

/// As long as a token: a line with it is in one piece.
const LONG: &str = "abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ-0123456789-_";

/// A letter in a script of its own comes as what everybody can read.
#[test]
fn a_letter_that_is_not_in_plain_latin_is_encoded() {
    let server = SmtpServer::start(Conduct::Takes);
    let wording = Wording { text: "열쇠".into(), ..mail(1, "kim@example.com").wording };
    let mail = Mail { wording, ..mail(1, "kim@example.com") };
    assert_eq!(by(&server, SmtpTls::None, None).send(&mail), Ok(()));
    let text = &server.letters(1)[0].text;
    assert!(text.is_ascii() && text.contains("Content-Transfer-Encoding: base64"), "{text}");
}

fn email(text: &str) -> Email {
    Email::from_store(text.to_owned())
}

fn sender() -> Sender {
    Sender::new("Stoa", &email("stoa@example.com")).expect("an address")
}

fn mail(n: u128, to: &str) -> Mail {
    let wording = Wording {
        subject: "Ein neues Paßwort".into(),
        text: format!("The link:\n.\nhttp://stoa.example/?token={LONG}\n").into(),
        html: "<p>The link</p>".into(),
    };
    let at = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    Mail { id: Uuid::from_u128(n).into(), to: email(to), wording, at }
}

fn by(server: &SmtpServer, tls: SmtpTls, login: Option<(&str, &str)>) -> SmtpMailer {
    let address = server.address();
    let login = login.map(|(user, password)| (user.to_owned(), password.into()));
    let settings = SmtpSettings { host: address.ip().to_string(), port: address.port(), tls, login, ca_file: None };
    SmtpMailer::new(sender(), &settings).expect("a mail server")
}

#[test]
fn a_letter_into_a_folder_is_one_whole_file_however_often_it_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let mailer = FolderMailer::new(sender(), folder.path().join("mail"));
    for n in [1, 2, 1] {
        assert_eq!(mailer.send(&mail(n, "kim@example.com")), Ok(()));
    }
    let entries = fs::read_dir(folder.path().join("mail")).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, [1, 2].map(|n| format!("{}.eml", Uuid::from_u128(n))));
    let text = fs::read_to_string(folder.path().join("mail").join(&names[0])).unwrap();
    for part in [
        "From: Stoa <stoa@example.com>\r\n",
        "To: kim@example.com\r\n",
        "Date: Tue, 14 Nov 2023 22:13:20 +0000\r\n",
        &format!("Message-ID: <{}@example.com>\r\n", Uuid::from_u128(1)),
        "multipart/alternative",
        &format!("http://stoa.example/?token={LONG}\r\n"),
        "<p>The link</p>",
    ] {
        assert!(text.contains(part), "{part} is missing: {text}");
    }
}

#[test]
fn a_folder_that_cannot_be_written_into_may_be_mended() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("mail"), "a file in the way").unwrap();
    let sent = FolderMailer::new(sender(), folder.path().join("mail")).send(&mail(1, "kim@example.com"));
    assert!(matches!(sent, Err(MailError::Unavailable(_))), "{sent:?}");
}

#[test]
fn a_mail_server_is_sent_the_letter_as_it_is() {
    let server = SmtpServer::start(Conduct::Takes);
    assert_eq!(by(&server, SmtpTls::None, None).send(&mail(1, "kim@example.com")), Ok(()));
    let letters = server.letters(1);
    assert_eq!((letters.len(), &letters[0].to), (1, &vec!["<kim@example.com>".to_owned()]));
    let body = format!("The link:\r\n.\r\nhttp://stoa.example/?token={LONG}\r\n");
    assert!(letters[0].text.contains(&body), "{}", letters[0].text);
}

#[test]
fn what_a_server_will_never_take_is_told_from_what_may_be_mended() {
    let refuses = |answer| by(&SmtpServer::start(Conduct::Refuses(answer)), SmtpTls::None, None);
    let never = refuses("550 no such person").send(&mail(1, "kim@example.com"));
    assert!(matches!(&never, Err(MailError::Refused(reason)) if reason.contains("550")), "{never:?}");
    let later = refuses("451 try later").send(&mail(1, "kim@example.com"));
    assert!(matches!(&later, Err(MailError::Unavailable(reason)) if reason.contains("451")), "{later:?}");
    let no_login = refuses("530 sign in first").send(&mail(1, "kim@example.com"));
    assert!(matches!(no_login, Err(MailError::Unavailable(_))), "{no_login:?}");

    let server = SmtpServer::start(Conduct::RefusesLogin("535 wrong password"));
    let unknown = by(&server, SmtpTls::None, Some(("kim", "hunter2"))).send(&mail(1, "kim@example.com"));
    assert!(matches!(&unknown, Err(MailError::Unavailable(reason)) if !reason.contains("hunter2")), "{unknown:?}");
}

#[test]
fn what_is_no_address_is_refused_without_a_word_to_the_server() {
    let server = SmtpServer::start(Conduct::Takes);
    let sent = by(&server, SmtpTls::None, None).send(&mail(1, "kim@"));
    assert!(matches!(sent, Err(MailError::Refused(_))), "{sent:?}");
}

/// A conversation with this server under the name `localhost`, where these certificates are trusted.
fn trusting(authority: &Authority, server: &SmtpServer, tls: SmtpTls, login: Option<(&str, &str)>) -> SmtpMailer {
    let folder = tempfile::tempdir().unwrap();
    let ca_file = folder.path().join("ca.pem");
    fs::write(&ca_file, authority.pem()).unwrap();
    let login = login.map(|(user, password)| (user.to_owned(), password.into()));
    let settings = SmtpSettings {
        host: "localhost".to_owned(),
        port: server.address().port(),
        tls,
        login,
        ca_file: Some(ca_file),
    };
    SmtpMailer::new(sender(), &settings).expect("a mail server")
}

/// Both ways of protecting a conversation with a server that shows this name.
fn protections(authority: &Authority, name: &str) -> [(SmtpTls, Protection); 2] {
    let identity = authority.identity(name);
    [(SmtpTls::StartTls, Protection::StartTls(identity.clone())), (SmtpTls::Tls, Protection::Tls(identity))]
}

#[test]
fn a_letter_goes_by_a_protected_conversation_to_a_server_that_is_trusted() {
    let authority = Authority::new();
    for (tls, protection) in protections(&authority, "localhost") {
        let server = SmtpServer::start_with(Conduct::Takes, protection);
        assert_eq!(trusting(&authority, &server, tls, None).send(&mail(1, "kim@example.com")), Ok(()), "{tls:?}");
        let letters = server.letters(1);
        assert_eq!((letters.len(), letters[0].is_protected), (1, true), "{tls:?}");
        let clear: &[&str] = if tls == SmtpTls::StartTls { &["EHLO", "STARTTLS"] } else { &[] };
        assert_eq!(server.in_the_clear(), clear);
    }
}

#[test]
fn stoa_signs_in_at_a_mail_server_and_only_where_nobody_reads_along() {
    let authority = Authority::new();
    for (tls, protection) in protections(&authority, "localhost") {
        let server = SmtpServer::start_with(Conduct::TakesFrom("kim", "hunter2"), protection);
        let by = |login| trusting(&authority, &server, tls, login);
        assert_eq!(by(Some(("kim", "hunter2"))).send(&mail(1, "kim@example.com")), Ok(()), "{tls:?}");
        for login in [None, Some(("kim", "hunter3"))] {
            let sent = by(login).send(&mail(2, "kim@example.com"));
            assert!(matches!(&sent, Err(MailError::Unavailable(reason)) if !reason.contains("hunter")), "{sent:?}");
        }
        let letters = server.letters(1);
        assert_eq!((letters.len(), letters[0].user.as_deref()), (1, Some("kim")), "{tls:?}");
        assert!(!server.in_the_clear().contains(&"AUTH".to_owned()), "{tls:?}");
    }
}

#[test]
fn a_server_that_is_not_trusted_or_has_another_name_is_sent_nothing() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    for (issuer, name) in [(&stranger, "localhost"), (&authority, "mail.example.com")] {
        for (tls, protection) in protections(issuer, name) {
            let server = SmtpServer::start_with(Conduct::TakesFrom("kim", "hunter2"), protection);
            let sent = trusting(&authority, &server, tls, Some(("kim", "hunter2"))).send(&mail(1, "kim@example.com"));
            assert!(matches!(&sent, Err(MailError::Unavailable(reason)) if reason.contains("certificate")), "{sent:?}");
            server.conversations(1);
            assert!(server.letters(0).is_empty(), "{tls:?} {name}");
        }
    }
}

#[test]
fn without_a_file_of_its_own_the_public_authorities_are_trusted_and_no_others() {
    for (tls, protection) in protections(&Authority::new(), "127.0.0.1") {
        let server = SmtpServer::start_with(Conduct::Takes, protection);
        let sent = by(&server, tls, None).send(&mail(1, "kim@example.com"));
        assert!(matches!(&sent, Err(MailError::Unavailable(reason)) if reason.contains("certificate")), "{sent:?}");
        assert!(server.letters(0).is_empty(), "{tls:?}");
    }
}

#[test]
fn a_file_that_holds_no_certificates_is_named_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    let settings = SmtpSettings {
        host: "localhost".to_owned(),
        port: 465,
        tls: SmtpTls::Tls,
        login: None,
        ca_file: Some(path.clone()),
    };
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for text in [None, Some(""), Some("no certificate"), Some(broken)] {
        if let Some(text) = text {
            fs::write(&path, text).unwrap();
        }
        let refused = SmtpMailer::new(sender(), &settings).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(refused.contains(&format!("SMTP_CA_FILE {}", path.display())), "{text:?}: {refused}");
    }
}

/// Whoever stands between Stoa and its mail server can take the offer of STARTTLS away, or answer it.
#[test]
fn where_starttls_is_withheld_nothing_is_said_in_the_clear() {
    for conduct in [Conduct::RefusesLogin("235 welcome"), Conduct::RefusesTls("454 not today"), Conduct::Takes] {
        let server = SmtpServer::start(conduct);
        let sent = by(&server, SmtpTls::StartTls, Some(("kim", "hunter2"))).send(&mail(1, "kim@example.com"));
        assert!(matches!(sent, Err(MailError::Unavailable(_))), "{conduct:?} {sent:?}");
        server.conversations(1);
        assert!(server.letters(0).is_empty());
        let said = server.in_the_clear();
        assert!(said.iter().all(|word| ["EHLO", "STARTTLS", "QUIT"].contains(&word.as_str())), "{said:?}");
    }
}
