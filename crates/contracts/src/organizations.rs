//! Contracts of the ports of organizations.

pub mod business_profiles;
pub mod founding;
pub mod life_cycles;
pub mod members;
pub mod ranks;
