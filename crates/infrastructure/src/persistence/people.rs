//! People and their profiles.

mod person_repository;
pub(in crate::persistence) mod rows;
