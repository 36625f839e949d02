//! The command line, through the program itself.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on stops, with a word on why"
)]

mod audit;
mod backup;
mod commands;
mod import;
mod keys;
mod letters;
mod program;
mod serving;
