//! `stoa create-admin`: the first person of an installation, or one of an organization that is
//! set up for somebody else.

use std::io::{self, IsTerminal as _, Read as _};

use anyhow::{Context as _, Result, anyhow, bail};
use clap::Args;
use dialoguer::{Input, Password as Prompt};
use stoa_application::identity::create_person::NewPerson;
use stoa_domain::identity::password::Password;
use stoa_domain::kernel::field::Parsed;

use super::migrate::require_current;
use super::print;
use crate::settings::Settings;
use crate::wiring::api;

/// What is not given is asked for on a terminal; without one, the password is read from standard
/// input.
#[derive(Args)]
pub(super) struct Arguments {
    /// E-mail address
    #[arg(long)]
    email: Option<String>,
    /// The person's name
    #[arg(long)]
    name: Option<String>,
    /// Name of the organization that the person will own
    #[arg(long)]
    organization: Option<String>,
}

pub(super) fn run(settings: &Settings, arguments: Arguments) -> Result<()> {
    require_current(settings)?;
    let person = NewPerson {
        email: value("email", "E-mail address", arguments.email)?,
        name: value("name", "Name", arguments.name)?,
        organization: Some(value("organization", "Organization", arguments.organization)?),
        password: password()?,
    };
    let account = api(settings)?.identity.create_person(person)?;
    let slug = account.organizations.first().map_or("", |place| place.organization.slug.as_str());
    print(&format!("{} <{}> owns the organization {slug}", account.user.name, account.user.email));
    Ok(())
}

fn value<T: Parsed>(flag: &str, question: &str, given: Option<String>) -> Result<T> {
    let text = match given {
        Some(text) => text,
        None if io::stdin().is_terminal() => Input::new().with_prompt(question).interact_text()?,
        None => bail!("--{flag} is missing"),
    };
    T::parse(&text).map_err(|flaw| anyhow!("--{flag} {flaw}"))
}

fn password() -> Result<Password> {
    let text = if io::stdin().is_terminal() {
        Prompt::new().with_prompt("Password").with_confirmation("Again", "The two differ").interact()?
    } else {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).context("the password on standard input")?;
        text.lines().next().unwrap_or_default().to_owned()
    };
    Password::parse(&text).map_err(|flaw| anyhow!("the password {flaw}"))
}
