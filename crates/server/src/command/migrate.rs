//! `stoa migrate`: up, status, down.

use std::fs;
use std::io;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use stoa_infrastructure::persistence::access::catalogue::CatalogueChange;
use stoa_infrastructure::persistence::migration::{Migrator, Ran};

use super::print;
use crate::settings::{DatabaseUrl, Settings};
use crate::wiring::{database_url, is_embedded};

#[derive(Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    direction: Option<Direction>,
}

#[derive(Subcommand)]
enum Direction {
    /// Apply what is pending; what happens without a word
    Up,
    /// Show what is applied and what is pending
    Status,
    /// Take back the last migrations; their data is lost
    Down {
        /// How many
        count: usize,
    },
}

pub(super) fn run(settings: &Settings, arguments: &Arguments) -> Result<()> {
    let mut migrator = connect(settings)?;
    match arguments.direction {
        None | Some(Direction::Up) => up(&mut migrator),
        Some(Direction::Status) => status(&mut migrator),
        Some(Direction::Down { count }) => {
            let taken_back = migrator.down(count)?;
            for name in &taken_back {
                print(&format!("taken back  {name}"));
            }
            print(&format!("{} taken back", taken_back.len()));
            Ok(())
        }
    }
}

/// A connection with the rights of the address's user; makes the folder of an embedded database.
pub(super) fn connect(settings: &Settings) -> Result<Migrator> {
    if let DatabaseUrl::Sqlite(path) = &settings.database
        && let Some(folder) = path.parent()
    {
        make_private(folder).with_context(|| format!("the folder {} cannot be made", folder.display()))?;
    }
    Ok(Migrator::connect(&database_url(settings))?)
}

/// Makes a folder that its owner alone can enter: the database in it holds password hashes.
#[cfg(unix)]
fn make_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;

    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_private(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

/// Brings an embedded database up to date; refuses a server's that is not, for there it is the
/// operator who decides when the schema changes.
pub(super) fn require_current(settings: &Settings) -> Result<()> {
    let mut migrator = connect(settings)?;
    let status = migrator.status()?;
    if let Some(version) = status.unknown.first() {
        bail!("the database has migration {version}, which this program does not know: use a newer stoa");
    }
    if status.is_current() {
        return Ok(());
    }
    if is_embedded(settings) {
        migrator.up(&mut |_, name| tracing::info!(name, "migrating"))?;
        return Ok(());
    }
    if status.pending.is_empty() {
        bail!("the database has the permissions or roles of another program than this: run `stoa migrate` first");
    }
    bail!(
        "the schema of the database is stale, {} migrations are pending: run `stoa migrate` first",
        status.pending.len()
    )
}

fn up(migrator: &mut Migrator) -> Result<()> {
    let pending = migrator.status()?.pending.len();
    let bar = ProgressBar::new(pending as u64).with_style(ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}")?);
    let Ran { migrations, catalogue } = migrator.up(&mut |done, name| {
        bar.set_position(done as u64);
        bar.set_message(name.to_owned());
    })?;
    bar.finish_and_clear();
    say(&catalogue);
    print(&format!("{migrations} migrations applied; the schema is current"));
    Ok(())
}

/// A line for each permission; what was retired may still be given to somebody, and means nothing any more.
fn say(change: &CatalogueChange) {
    for (word, codes) in [("new", &change.added), ("reworded", &change.reworded), ("retired", &change.retired)] {
        for code in codes {
            print(&format!("permission {word}  {code}"));
        }
    }
    for key in &change.roles {
        print(&format!("role written  {key}"));
    }
}

fn status(migrator: &mut Migrator) -> Result<()> {
    let status = migrator.status()?;
    for version in &status.applied {
        print(&format!("applied  {version}"));
    }
    for version in &status.pending {
        print(&format!("pending  {version}"));
    }
    for version in &status.unknown {
        print(&format!("unknown  {version}"));
    }
    say(&status.catalogue);
    print(&format!("{} applied, {} pending", status.applied.len(), status.pending.len()));
    Ok(())
}
