//! Organizations, which are the tenants, and who belongs to them.

pub mod business_profile;
pub mod dto;
pub mod life_cycle;
pub mod membership;
pub mod organization;
pub mod ports;
