//! `stoa keys`: the keys that sign access tokens. Running servers see what changes by themselves.

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use stoa_infrastructure::crypto::jwt::KeyFolder;

use super::print;
use crate::settings::{Settings, SigningKey};
use crate::wiring::key_folder;

/// What is done with them.
#[derive(Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Show the keys; one signs, all of them verify
    List,
    /// Make a key that signs from now on; the others go on verifying
    Rotate,
    /// Take a key out of use: tokens that it has signed are worth nothing within a minute
    Retire {
        /// Its id
        #[arg(allow_hyphen_values = true)]
        kid: String,
    },
}

pub(super) fn run(settings: &Settings, arguments: &Arguments) -> Result<()> {
    let folder = folder(settings)?;
    match &arguments.action {
        Action::List => {
            for key in folder.list()? {
                let role = if key.signs { "signs   " } else { "verifies" };
                print(&format!("{}  {role}  {}", key.kid, key.file.display()));
            }
        }
        Action::Rotate => print(&format!("{} signs from now on", folder.rotate()?)),
        Action::Retire { kid } => {
            folder.retire(kid)?;
            print(&format!("{kid} is retired"));
        }
    }
    Ok(())
}

fn folder(settings: &Settings) -> Result<KeyFolder> {
    match (key_folder(settings), &settings.signing_key) {
        (Some(folder), _) => Ok(folder),
        (None, SigningKey::Secret(_)) => {
            bail!("JWT_SECRET_KEY signs access tokens: change it and start the servers again to rotate it")
        }
        (None, _) => bail!(
            "JWT_PRIVATE_KEY_FILE is one key: to rotate it, move the file into a folder of its own and name that in \
             JWT_PRIVATE_KEYS_DIR"
        ),
    }
}
