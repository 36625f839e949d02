//! The command line.

mod audit;
mod backup;
mod create_admin;
mod keys;
mod migrate;
mod purge;
mod seed;
mod serve;
mod user;

use std::process::ExitCode;

use anyhow::{Result, anyhow};
use clap::{Parser, Subcommand};
use stoa_api::openapi;

use crate::settings::{Flags, Settings};
use crate::telemetry;

/// A multi-tenant business backend in one binary.
#[derive(Parser)]
#[command(name = "stoa", version, max_term_width = 100)]
struct CommandLine {
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Start the server; what happens without a command
    Serve,
    /// Bring the database to the schema of this program
    Migrate(migrate::Arguments),
    /// Fill the database for a first look
    Seed(seed::Arguments),
    /// Create a platform administrator, or a person with an organization
    CreateAdmin(create_admin::Arguments),
    /// The keys that sign access tokens: list, rotate, retire
    Keys(keys::Arguments),
    /// Copy the database into a file, while it is in use
    Backup(backup::Arguments),
    /// Remove for good what has had its time: archived organizations and ended sessions after 30 days
    Purge,
    /// The chains of the audit: verify
    Audit(audit::Arguments),
    /// People, many at a time: import
    User(user::Arguments),
    /// Print the OpenAPI document
    Openapi,
}

/// Runs the program. What went wrong is said on standard error.
pub fn main() -> ExitCode {
    match run(CommandLine::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

fn run(line: CommandLine) -> Result<()> {
    if let Some(Command::Openapi) = line.command {
        print(openapi::text().trim_end());
        return Ok(());
    }
    let settings = Settings::of_process(&line.flags).map_err(|problems| anyhow!("{problems}"))?;
    let _flush = telemetry::init(&settings.log);
    match line.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::run(&settings),
        Command::Migrate(arguments) => migrate::run(&settings, &arguments),
        Command::Seed(arguments) => seed::run(&settings, &arguments),
        Command::CreateAdmin(arguments) => create_admin::run(&settings, arguments),
        Command::Keys(arguments) => keys::run(&settings, &arguments),
        Command::Backup(arguments) => backup::run(&settings, &arguments),
        Command::Purge => purge::run(&settings),
        Command::Audit(arguments) => audit::run(&settings, &arguments),
        Command::User(arguments) => user::run(&settings, &arguments),
        Command::Openapi => Ok(()),
    }
}

/// Says something to the person at the terminal.
#[expect(clippy::print_stdout, reason = "the one place where commands speak")]
fn print(text: &str) {
    println!("{text}");
}

/// Says that something was left out, and goes on.
#[expect(clippy::print_stderr, reason = "one of the two places where commands complain")]
fn regret(text: &str) {
    eprintln!("{text}");
}

#[expect(clippy::print_stderr, reason = "the place where a command complains that ends in an error")]
fn complain(error: &anyhow::Error) {
    eprintln!("stoa: {error:#}");
}
