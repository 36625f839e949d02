//! What a connection notes of its statements: whether one has failed, which a commit must know.
//!
//! After a failed statement PostgreSQL answers a commit with a rollback and no error, and SQLite
//! commits what is left. Work that overlooked the failure must be told of either.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use diesel::connection::{Instrumentation, InstrumentationEvent};

/// Whether a statement of a connection has failed since this was last cleared.
#[derive(Clone, Default)]
pub(super) struct Failures(Arc<AtomicBool>);

impl Failures {
    pub(super) fn clear(&self) {
        self.0.store(false, Ordering::Relaxed);
    }

    pub(super) fn any(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Looks at every statement of a connection; in debug builds with the eyes of the guard as well.
pub(super) struct StatementWatch(pub(super) Failures);

impl Instrumentation for StatementWatch {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            #[cfg(debug_assertions)]
            InstrumentationEvent::StartQuery { query, .. } => super::statement_guard::check(&query.to_string()),
            InstrumentationEvent::FinishQuery { error: Some(_), .. } => self.0.0.store(true, Ordering::Relaxed),
            _ => {}
        }
    }
}
