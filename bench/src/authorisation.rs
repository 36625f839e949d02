//! `--authorisation`: what it costs a warm request to be allowed, or not.
//!
//! The session is remembered, so no query is asked. Measured is what every use case does first: the actor of the
//! session, and the proof of a permission with the scope of data in it.

use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use chrono::DateTime;
use stoa_domain::access::templates;
use stoa_domain::identity::session::ActiveSession;
use stoa_domain::kernel::actor::{Origin, Standing};
use stoa_domain::kernel::grants::{DataScope, Grants};
use stoa_domain::kernel::permission::{ALL, BILLING_APPROVE, Permission, WAREHOUSE_VIEW};
use stoa_domain::kernel::rank::Rank;
use uuid::Uuid;

/// Questions asked in one measurement; the best of ten measurements is told, for all else is somebody else's time.
const QUESTIONS: u32 = 200_000;

/// The costs as a Markdown table.
pub(crate) fn markdown() -> String {
    let some = |first: u128| DataScope::only("warehouse", (first..first + 100).map(Uuid::from_u128));
    let viewer = Grants::default().with(templates::VIEWER.permissions.iter().copied(), &DataScope::EVERYTHING, None);
    let every_role_for_some =
        templates::ALL.iter().enumerate().fold(Grants::default(), |grants, (number, template)| {
            grants.with(template.permissions.iter().copied(), &some(number as u128 * 100), None)
        });
    let all_off_but_one: Vec<_> =
        ALL.iter().copied().filter(|one| !one.is_of_kernel() && *one != WAREHOUSE_VIEW).collect();
    let cases = [
        ("the owner may", Rank::Owner, Grants::default(), WAREHOUSE_VIEW),
        ("a viewer may", Rank::Member, viewer.clone(), WAREHOUSE_VIEW),
        ("a viewer may not", Rank::Member, viewer, BILLING_APPROVE),
        ("twelve roles, each for a hundred warehouses", Rank::Member, every_role_for_some, WAREHOUSE_VIEW),
        ("the owner may, and all else is switched off", Rank::Owner, Grants::none(all_off_but_one), WAREHOUSE_VIEW),
    ];
    let mut table = String::from("| Authorisation | ns |\n|---|---:|\n");
    for (name, rank, grants, permission) in cases {
        // Writing to a text does not fail.
        let _ = writeln!(table, "| {name} | {} |", nanoseconds(&session(rank, grants), permission));
    }
    table
}

fn session(rank: Rank, grants: Grants) -> ActiveSession {
    ActiveSession {
        id: Uuid::from_u128(1).into(),
        user_id: Uuid::from_u128(2).into(),
        standing: Some(Standing { organization_id: Uuid::from_u128(3).into(), rank }),
        grants: Arc::new(grants),
        organization_slug: None,
        suspended: false,
        platform_admin: false,
        must_enrol: false,
        expires_at: DateTime::UNIX_EPOCH,
    }
}

fn nanoseconds(session: &ActiveSession, permission: Permission) -> u128 {
    let origin = Origin {
        ip_address: Some([192, 0, 2, 7].into()),
        user_agent: Some("wrk".into()),
        trace_id: "4bf92f3577b34da6a3ce929d0e0e4736".into(),
    };
    let measurement = || {
        let begun = Instant::now();
        for _ in 0..QUESTIONS {
            let actor = black_box(session).actor(black_box(&origin).clone());
            // Allowed or not: what is measured is the asking.
            drop(black_box(actor.authorize(black_box(permission))));
        }
        begun.elapsed().as_nanos() / u128::from(QUESTIONS)
    };
    (0..10).map(|_| measurement()).min().unwrap_or_default()
}
