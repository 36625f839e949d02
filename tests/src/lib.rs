//! The stage of the HTTP tests: a server built as production builds it, over a database of its own,
//! and actors who call it.

#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on stops, with a word on why"
)]

pub mod actor;
pub mod answer;
pub mod audit;
pub mod clock;
pub mod hex;
pub mod letters;
pub mod server;
pub mod stage;
