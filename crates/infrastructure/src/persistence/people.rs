//! People, their profiles, and what keeps them from working.

mod image_repository;
mod person_repository;
mod restraint_repository;
pub(in crate::persistence) mod rows;

pub(in crate::persistence) use restraint_repository::restraints_in_force;
