//! Bringing people in who are not registered, or who shall decide themselves.

pub mod dto;
pub mod invitation;
pub mod ports;
