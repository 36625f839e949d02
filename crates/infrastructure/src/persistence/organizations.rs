//! Organizations and who belongs to them.

mod business_profile_repository;
mod life_cycle_repository;
mod member_repository;
mod organization_repository;
mod rank_repository;
pub(super) mod rows;
