//! People as colleagues see them: their profile and their place in an organization.

pub mod dto;
pub mod person;
pub mod ports;
pub mod profile;
