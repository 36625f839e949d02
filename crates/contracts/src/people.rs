//! Contracts of people.

pub mod person_lists;
pub mod profiles;
