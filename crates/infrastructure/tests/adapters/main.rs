//! The adapters on every engine that is there: the contracts of the ports, and what only a real
//! database shows — rivals, isolation, migrations, absence; and the ways of letters.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test panics where it fails")]

mod append_only;
mod catalogue;
mod checksums;
mod concurrency;
mod contracts;
mod engines;
mod isolation;
mod letters;
mod migrations;
mod purging;
mod recovery;
mod rows;
mod stored;
mod tables;
