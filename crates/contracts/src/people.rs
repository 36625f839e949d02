//! Contracts of people.

pub mod images;
pub mod person_lists;
pub mod profiles;
pub mod restraints;
