//! `stoa create-admin`: the first person of an installation, who administers the platform, or one of
//! an organization that is set up for somebody else.

use std::io::{self, IsTerminal as _, Read as _};

use anyhow::{Context as _, Result, anyhow, bail};
use clap::Args;
use dialoguer::{Input, Password as Prompt};
use stoa_application::identity::create_person::{Created, NewPerson, PlatformAdmin};
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
    /// Name of an organization that the person will own
    #[arg(long)]
    organization: Option<String>,
    /// Make the person an administrator of the platform; the first one, and one without an
    /// organization, is in any case
    #[arg(long)]
    platform: bool,
}

pub(super) fn run(settings: &Settings, arguments: Arguments) -> Result<()> {
    require_current(settings)?;
    let platform_admin = match &arguments.organization {
        Some(_) if !arguments.platform => PlatformAdmin::IfFirst,
        _ => PlatformAdmin::Yes,
    };
    let email = value("email", "E-mail address", arguments.email)?;
    let name = value("name", "Name", arguments.name)?;
    let organization = arguments.organization.map(|text| checked("organization", &text)).transpose()?;
    let password = password()?;
    password.suits(&email, &name).map_err(|flaw| anyhow!("the password {flaw}"))?;
    let person = NewPerson { email, name, password, organization, platform_admin };
    let Created { account, platform_admin } = api(settings)?.identity.create_person(person)?;
    let mut roles = Vec::new();
    if let Some(place) = account.organizations.first() {
        roles.push(format!("owns the organization {}", place.slug));
    }
    if platform_admin {
        roles.push("administers the platform".to_owned());
    }
    print(&format!("{} <{}> {}", account.user.name, account.user.email, roles.join(" and ")));
    Ok(())
}

fn value<T: Parsed>(flag: &str, question: &str, given: Option<String>) -> Result<T> {
    let text = match given {
        Some(text) => text,
        None if io::stdin().is_terminal() => Input::new().with_prompt(question).interact_text()?,
        None => bail!("--{flag} is missing"),
    };
    checked(flag, &text)
}

fn checked<T: Parsed>(flag: &str, text: &str) -> Result<T> {
    T::parse(text).map_err(|flaw| anyhow!("--{flag} {flaw}"))
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
