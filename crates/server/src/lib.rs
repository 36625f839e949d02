//! The `stoa` program: settings, wiring, telemetry, command line.
//!
//! A library besides, so that the tests run what the program runs.

pub mod command;
pub mod housekeeper;
pub mod sealer;
pub mod settings;
pub mod telemetry;
pub mod wiring;
pub mod worker;
