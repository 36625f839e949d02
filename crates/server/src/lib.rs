//! Configuration, telemetry and wiring of the `stoa` program.

pub mod settings;
pub mod telemetry;
