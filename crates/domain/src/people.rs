//! People as colleagues see them: their profile, their place in an organization, and what keeps
//! them from working there.

pub mod dto;
pub mod image;
pub mod person;
pub mod ports;
pub mod profile;
pub mod restraint;
