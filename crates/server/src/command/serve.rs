//! `stoa serve`: the server, until it is told to stop.

use std::net::TcpListener;

use anyhow::{Context as _, Result};
use stoa_api::app::serve;

use super::migrate::require_current;
use crate::housekeeper::Housekeeper;
use crate::sealer::Sealer;
use crate::settings::{Settings, SigningKey};
use crate::wiring::{Stoa, housekeeping, http, is_embedded, stoa};
use crate::worker::Worker;

pub(super) fn run(settings: &Settings) -> Result<()> {
    let is_first_start = is_embedded(settings) && !settings.data_dir.exists();
    require_current(settings)?;
    let Stoa { api, outbox, bell } = stoa(settings)?;
    let listener = TcpListener::bind(settings.bind).with_context(|| format!("cannot listen on {}", settings.bind))?;
    let address = listener.local_addr()?;
    let http = http(settings);
    let _housekeeper = Housekeeper::start(housekeeping(settings)?)?;
    let sealer = Sealer::start(api.audit.clone())?;
    let worker = Worker::start(outbox, bell)?;

    actix_web::rt::System::new().block_on(async move {
        let server = serve(api, listener, http)?;
        tracing::info!(%address, "listening");
        if settings.has_unused_refresh_secret {
            tracing::warn!("JWT_REFRESH_SECRET_KEY is not used: refresh tokens are random, and stored as a hash");
        }
        greet(settings, &address.to_string(), is_first_start);
        server.await?;
        // It ends the letter it is at.
        drop(worker);
        drop(sealer);
        tracing::info!("stopped");
        Ok(())
    })
}

/// What a person who has just started Stoa wants to know.
fn greet(settings: &Settings, address: &str, is_first_start: bool) {
    let page = if settings.has_docs { format!(" — try http://{address}/docs") } else { String::new() };
    super::print(&format!("Stoa listens on http://{address}{page}"));
    if !is_first_start {
        return;
    }
    let browser = if settings.has_docs { format!(", or http://{address}/docs in a browser") } else { String::new() };
    let key = match settings.signing_key {
        SigningKey::Generated => " and the key that signs its tokens",
        SigningKey::Secret(_) | SigningKey::File(_) | SigningKey::Folder(_) => "",
    };
    super::print(&format!(
        "\nThis is its first start: {} now holds the database{key}.\n\
         What to do next:\n  \
         register   curl -s http://{address}/api/v1/auth/register -H 'content-type: application/json' \\\n             \
         -d '{{\"email\":\"you@example.com\",\"password\":\"Correct-Horse-1\",\"name\":\"You\",\"organization_name\":\"Yours\"}}'\n  \
         or fill in a demonstration: stop Stoa, then `stoa seed --demo`\n  \
         read on    README.md{browser}\n",
        settings.data_dir.display()
    ));
}
