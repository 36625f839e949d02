//! Housekeeping: what is removed for good when its time has come.

pub mod ports;
pub mod retention;
