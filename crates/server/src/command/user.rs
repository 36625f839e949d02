//! `stoa user import`: people from another program, with the passwords it has hashed.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use clap::{Args, Subcommand};
use csv::{ReaderBuilder, StringRecord, Trim};
use stoa_application::identity::import_person::{Earnest, Imported, ImportedPerson};
use stoa_application::identity::service::IdentityService;
use stoa_domain::identity::password::PasswordHash;
use stoa_domain::kernel::email::Email;
use stoa_domain::kernel::field::Parsed;
use stoa_domain::kernel::name::Name;
use stoa_domain::kernel::rank::Rank;
use stoa_domain::organizations::organization::Organization;

use super::migrate::require_current;
use super::{print, regret};
use crate::settings::Settings;
use crate::wiring::api;

/// The columns of the file, in any order.
const COLUMNS: [&str; 4] = ["email", "name", "password_hash", "role"];

/// What is done with people.
#[derive(Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Bring people into an organization, with passwords that another program has hashed by bcrypt
    ///
    /// Who is known already becomes a member and keeps name and password. Each row is done as a whole
    /// or not at all; rows that cannot be done are named with the reason, and the others are done.
    Import {
        /// A CSV file with the columns email, name, `password_hash` and role (member or admin)
        file: PathBuf,
        /// Slug of the organization
        #[arg(long)]
        organization: String,
        /// Only say what would happen
        #[arg(long)]
        dry_run: bool,
    },
}

pub(super) fn run(settings: &Settings, arguments: &Arguments) -> Result<()> {
    let Action::Import { file, organization, dry_run } = &arguments.action;
    require_current(settings)?;
    let identity = api(settings)?.identity;
    let found = identity.find_organization(organization)?;
    let organization = found.ok_or_else(|| anyhow!("there is no organization {organization}"))?;
    let earnest = if *dry_run { Earnest::Tried } else { Earnest::Done };
    let mut import = Import { identity, organization, earnest, seen: HashMap::new(), tally: Tally::default() };
    import.all(open(file)?).with_context(|| file.display().to_string())?;
    import.report()
}

fn open(path: &Path) -> Result<File> {
    File::open(path).with_context(|| path.display().to_string())
}

/// An import under way.
struct Import {
    identity: IdentityService,
    organization: Organization,
    earnest: Earnest,
    /// The line each address stood in first.
    seen: HashMap<Email, u64>,
    tally: Tally,
}

#[derive(Default)]
struct Tally {
    created: u32,
    added: u32,
    rejected: u32,
}

impl Import {
    /// Every row of the file. A row that cannot be read as CSV ends it, for nothing after it can be
    /// trusted.
    fn all(&mut self, file: impl Read) -> Result<()> {
        let mut reader = ReaderBuilder::new().trim(Trim::All).from_reader(file);
        let places = places(reader.headers()?)?;
        for record in reader.records() {
            let record = record?;
            let line = record.position().map_or(0, csv::Position::line);
            match self.row(&record, places, line) {
                Ok(Imported::Created) => self.tally.created += 1,
                Ok(Imported::Added) => self.tally.added += 1,
                Err(reason) => {
                    self.tally.rejected += 1;
                    regret(&format!("line {line}: {reason:#}"));
                }
            }
        }
        Ok(())
    }

    fn row(&mut self, record: &StringRecord, places: [usize; 4], line: u64) -> Result<Imported> {
        let [email, name, hash, role] = places.map(|place| record.get(place).unwrap_or_default());
        let email: Email = value("email", email)?;
        if let Some(first) = self.seen.get(&email) {
            bail!("email stands in line {first} already");
        }
        self.seen.insert(email.clone(), line);
        let role = match role {
            "member" => Rank::Member,
            "admin" => Rank::Admin,
            _ => bail!("role must be member or admin"),
        };
        let person = ImportedPerson {
            email,
            name: value::<Name>("name", name)?,
            hash: value::<PasswordHash>("password_hash", hash)?,
            role,
        };
        Ok(self.identity.import_person(&self.organization, &person, self.earnest)?)
    }

    fn report(&self) -> Result<()> {
        let Tally { created, added, rejected } = self.tally;
        let tense = match self.earnest {
            Earnest::Done => "",
            Earnest::Tried => "would be ",
        };
        print(&format!(
            "{}: {created} {tense}created, {added} {tense}added, {rejected} rejected",
            self.organization.slug
        ));
        if rejected == 0 { Ok(()) } else { Err(anyhow!("{rejected} rows were rejected")) }
    }
}

/// Where the columns stand.
fn places(headers: &StringRecord) -> Result<[usize; 4]> {
    let mut places = [0; 4];
    for (place, column) in places.iter_mut().zip(COLUMNS) {
        *place = headers
            .iter()
            .position(|header| header.eq_ignore_ascii_case(column))
            .ok_or_else(|| anyhow!("there is no column {column}; the columns are {}", COLUMNS.join(", ")))?;
    }
    if headers.len() > COLUMNS.len() {
        bail!("there are more columns than {}", COLUMNS.join(", "));
    }
    Ok(places)
}

fn value<T: Parsed>(column: &str, text: &str) -> Result<T> {
    T::parse(text).map_err(|flaw| anyhow!("{column} {flaw}"))
}
