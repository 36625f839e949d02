//! `stoa seed`: data for a first look. Running it again adds only what is missing.

use std::sync::Arc;

use anyhow::{Result, anyhow, bail};
use clap::Args;
use stoa_api::state::Api;
use stoa_application::cold_storage::create_warehouse::CreateWarehouseError;
use stoa_application::identity::create_person::{CreatePersonError, NewPerson, PlatformAdmin};
use stoa_application::organizations::add_member::AddMemberError;
use stoa_domain::cold_storage::dto::CreateWarehouseRequest;
use stoa_domain::identity::password::Password;
use stoa_domain::identity::user::Account;
use stoa_domain::kernel::actor::{Actor, Origin, Standing};
use stoa_domain::kernel::email::Email;
use stoa_domain::kernel::field::Parsed;
use stoa_domain::kernel::ids::SessionId;
use stoa_domain::kernel::name::Name;
use stoa_domain::organizations::dto::{AddMemberRequest, NewMemberRole};

use super::migrate::require_current;
use super::print;
use crate::settings::Settings;
use crate::wiring::api;

const PASSWORD: &str = "Demo-Harbour-1";
const ORGANIZATION: &str = "Demo Cold Store";
const OWNER: (&str, &str) = ("owner@demo.example", "Demo Owner");
const STAFF: [(&str, &str, NewMemberRole); 2] = [
    ("admin@demo.example", "Demo Admin", NewMemberRole::Admin),
    ("member@demo.example", "Demo Member", NewMemberRole::Member),
];
const WAREHOUSES: [(&str, &str, &str, &str, &str); 2] = [
    ("BUS-1", "Busan Harbour", "KR", "Asia/Seoul", "KRW"),
    ("RTM-1", "Rotterdam Quay", "NL", "Europe/Amsterdam", "EUR"),
];

#[derive(Args)]
pub(super) struct Arguments {
    /// An organization with people of each rank and two warehouses; not in production
    #[arg(long)]
    demo: bool,
}

pub(super) fn run(settings: &Settings, arguments: &Arguments) -> Result<()> {
    if arguments.demo && settings.environment.is_production() {
        bail!("the demonstration has a password that everybody knows: it is not for production");
    }
    require_current(settings)?;
    if !arguments.demo {
        print("Stoa needs no data of its own to begin with; `stoa seed --demo` fills in a demonstration");
        return Ok(());
    }
    let api = api(settings)?;
    let owner = person(&api, OWNER, Some(ORGANIZATION))?;
    let acting = acting(&owner)?;
    for (email, name, role) in STAFF {
        person(&api, (email, name), None)?;
        employ(&api, &acting, email, role)?;
    }
    for warehouse in WAREHOUSES {
        build(&api, &acting, warehouse)?;
    }
    print(&format!("{ORGANIZATION} is there. Sign in with the password {PASSWORD} as"));
    for email in [OWNER.0, STAFF[0].0, STAFF[1].0] {
        print(&format!("  {email}"));
    }
    Ok(())
}

fn person(api: &Api, (email, name): (&str, &str), organization: Option<&str>) -> Result<Account> {
    let email = Email::parse(email)?;
    let new = NewPerson {
        email: email.clone(),
        name: Name::parse(name)?,
        password: Password::parse(PASSWORD)?,
        organization: organization.map(Name::parse).transpose()?,
        platform_admin: PlatformAdmin::No,
    };
    match api.identity.create_person(new) {
        Err(CreatePersonError::DuplicateEmail) => {
            api.identity.find_person(&email)?.ok_or_else(|| anyhow!("{email} has gone"))
        }
        created => Ok(created?.account),
    }
}

/// The owner, acting without a session.
fn acting(owner: &Account) -> Result<Actor> {
    let place = owner.organizations.first().ok_or_else(|| anyhow!("{} has no organization", owner.user.email))?;
    let standing = Standing { organization_id: place.organization_id, rank: place.rank };
    Ok(Actor {
        user_id: owner.user.id,
        session_id: SessionId::NIL,
        key: None,
        standing: Some(standing),
        grants: Arc::default(),
        platform_admin: false,
        origin: Origin::default(),
    })
}

fn employ(api: &Api, owner: &Actor, email: &str, role: NewMemberRole) -> Result<()> {
    let Some(standing) = owner.standing else { return Ok(()) };
    let request = AddMemberRequest { email: email.to_owned(), role };
    match api.organizations.add_member(owner, standing.organization_id, &request) {
        Ok(_) | Err(AddMemberError::DuplicateMember) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn build(api: &Api, owner: &Actor, (code, name, country, tz, currency): (&str, &str, &str, &str, &str)) -> Result<()> {
    let request = CreateWarehouseRequest {
        code: code.to_owned(),
        name: name.to_owned(),
        address: None,
        country: country.to_owned(),
        tz: tz.to_owned(),
        currency: currency.to_owned(),
    };
    match api.cold_storage.create_warehouse(owner, &request) {
        Ok(_) | Err(CreateWarehouseError::DuplicateCode) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
