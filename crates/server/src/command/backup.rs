//! `stoa backup`: a copy of the database, made while it is in use.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use stoa_infrastructure::persistence::backup::back_up;

use super::print;
use crate::settings::Settings;
use crate::wiring::database_url;

#[derive(Args)]
pub(super) struct Arguments {
    /// The file to write; what is there already is left alone
    file: PathBuf,
}

pub(super) fn run(settings: &Settings, arguments: &Arguments) -> Result<()> {
    back_up(&database_url(settings), &arguments.file)?;
    let file = arguments.file.display();
    print(&format!("{file} holds the database; keys and the data folder are to be kept besides, apart from it"));
    Ok(())
}
