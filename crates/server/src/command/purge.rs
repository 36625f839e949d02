//! `stoa purge`: what a serving process does now and then, done now.

use anyhow::Result;
use stoa_application::housekeeping::purge::Purged;

use super::migrate::require_current;
use super::print;
use crate::settings::Settings;
use crate::wiring::housekeeping;

pub(super) fn run(settings: &Settings) -> Result<()> {
    require_current(settings)?;
    let Purged { organizations, sessions, refresh_tokens, leftovers } = housekeeping(settings)?.purge()?;
    print(&format!(
        "purged: {organizations} organizations, {sessions} sessions, {refresh_tokens} refresh tokens, {leftovers} other \
         rows"
    ));
    Ok(())
}
