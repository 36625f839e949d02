//! `stoa keys`: the keys that sign access tokens, and the one that encrypts secrets. Running servers see by
//! themselves what changes of the former.

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use stoa_application::identity::seal_secrets_anew::SealedAnew;
use stoa_infrastructure::crypto::jwt::KeyFolder;

use super::migrate::require_current;
use super::print;
use crate::settings::{Settings, SigningKey};
use crate::wiring::{api, key_folder};

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
    /// Encrypt the secrets in the database anew under `STOA_ENCRYPTION_KEY`
    ///
    /// For when the key has been changed and the old one stands in `STOA_ENCRYPTION_KEYS_PREVIOUS`, on all
    /// servers. It may run beside them, be broken off and be repeated.
    Reseal,
}

pub(super) fn run(settings: &Settings, arguments: &Arguments) -> Result<()> {
    match &arguments.action {
        Action::List => {
            for key in folder(settings)?.list()? {
                let role = if key.signs { "signs   " } else { "verifies" };
                print(&format!("{}  {role}  {}", key.kid, key.file.display()));
            }
        }
        Action::Rotate => print(&format!("{} signs from now on", folder(settings)?.rotate()?)),
        Action::Retire { kid } => {
            folder(settings)?.retire(kid)?;
            print(&format!("{kid} is retired"));
        }
        Action::Reseal => reseal(settings)?,
    }
    Ok(())
}

fn reseal(settings: &Settings) -> Result<()> {
    require_current(settings)?;
    let SealedAnew { anew, present, unreadable } = api(settings)?.identity.seal_secrets_anew()?;
    let done = format!("{anew} secrets encrypted anew, {present} were under the present key");
    if unreadable.is_empty() {
        print(&done);
        return Ok(());
    }
    let people: Vec<_> = unreadable.iter().map(ToString::to_string).collect();
    bail!("{done}; {} can be read by none of the keys, those of: {}", people.len(), people.join(", "))
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
