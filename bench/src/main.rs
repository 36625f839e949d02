//! `just bench`: Stoa beside a minimal program that does the same database work.
//!
//! Both run on the same database, in turn and under the same load, so that what else the machine
//! does falls on both alike. Read the ratios.

mod authorisation;
mod load;
mod measure;
mod place;
mod program;
mod report;

use std::env;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use clap::Parser;

use load::Wrk;
use measure::Plan;
use place::{Engine, Programs};

/// Measures Stoa beside a minimal program that does the same database work, and prints Markdown.
#[derive(Parser)]
struct Arguments {
    /// Short loads, to see whether everything works
    #[arg(long)]
    quick: bool,
    /// Loads on each program, per work and engine
    #[arg(long)]
    rounds: Option<u32>,
    /// Length of a load in seconds
    #[arg(long)]
    seconds: Option<u64>,
    /// Only this engine
    #[arg(long)]
    engine: Option<Engine>,
    /// Only what it costs a warm request to be allowed, without any server
    #[arg(long)]
    authorisation: bool,
    /// Measure this `stoa` in place of the one built from these sources
    #[arg(long)]
    stoa: Option<PathBuf>,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if arguments.authorisation {
        print(&authorisation::markdown());
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let wrk = Wrk::new(folder.path())?;
    let programs = programs(arguments.stoa)?;
    let (rounds, seconds, starts) = if arguments.quick { (2, 1, 3) } else { (5, 5, 10) };
    let plan = Plan {
        rounds: arguments.rounds.unwrap_or(rounds).max(1),
        time: Duration::from_secs(arguments.seconds.unwrap_or(seconds)),
        starts,
    };
    let mut reports = Vec::new();
    for engine in [Engine::Sqlite, Engine::Postgres] {
        if arguments.engine.is_some_and(|only| only != engine) {
            continue;
        }
        match measure::engine(engine, &programs, &wrk, plan)? {
            Some(report) => reports.push(report),
            None => say(&format!("{engine}: not there, left out (set STOA_BENCH_POSTGRES_URL)")),
        }
    }
    print(&report::markdown(&reports));
    Ok(())
}

/// Builds what is to be measured, each package by itself so that it is what `cargo run` runs.
fn programs(other: Option<PathBuf>) -> Result<Programs> {
    build("stoa-bench")?;
    if other.is_none() {
        build("stoa-server")?;
    }
    let own = env::current_exe()?;
    let folder = own.parent().context("a program is in a folder")?;
    Ok(Programs { stoa: other.unwrap_or_else(|| folder.join("stoa")), minimal: folder.join("stoa-minimal") })
}

fn build(package: &str) -> Result<()> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--quiet", "--release", "--package", package])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .context("cargo cannot be started")?;
    ensure!(built.success(), "{package} cannot be built");
    Ok(())
}

/// Progress, beside the result.
#[expect(clippy::print_stderr, reason = "a program for the terminal")]
pub(crate) fn say(line: &str) {
    eprintln!("{line}");
}

#[expect(clippy::print_stdout, reason = "the result")]
fn print(text: &str) {
    println!("{text}");
}
