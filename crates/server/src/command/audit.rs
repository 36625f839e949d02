//! `stoa audit`: the chains of the audit, without a server.

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use stoa_domain::audit::ports::PLATFORM;
use stoa_domain::audit::verification::{Break, Verdict};
use stoa_domain::kernel::actor::PlatformScope;
use stoa_domain::kernel::ids::OrganizationId;

use super::migrate::require_current;
use super::print;
use crate::settings::Settings;
use crate::wiring::api;

/// What is done with them.
#[derive(Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Read chains from their beginning, and say where one is not as it was sealed
    Verify {
        /// Only that of the organization with this id
        #[arg(long, value_name = "ID")]
        organization: Option<OrganizationId>,
    },
}

pub(super) fn run(settings: &Settings, arguments: &Arguments) -> Result<()> {
    let Action::Verify { organization } = arguments.action;
    require_current(settings)?;
    let audit = api(settings)?.audit;
    let chains = match organization {
        Some(organization) => vec![organization],
        None => audit.list_kept_chains()?,
    };
    let mut broken = 0;
    for chain in &chains {
        let verdict = audit.verify_sealed(&PlatformScope::of_system().about(*chain))?;
        broken += usize::from(verdict.broken.is_some());
        print(&line(*chain, verdict));
    }
    if broken > 0 {
        bail!("{broken} of {} chains are not as they were sealed", chains.len());
    }
    Ok(())
}

fn line(chain: OrganizationId, Verdict { entries, broken }: Verdict) -> String {
    let chain = if chain == PLATFORM { "platform".to_owned() } else { chain.to_string() };
    match broken {
        None => format!("{chain:<36}  valid, {entries} entries"),
        Some(Break { seq, problem }) => {
            format!("{chain:<36}  broken at entry {seq}: {}, {entries} entries", problem.as_str())
        }
    }
}
