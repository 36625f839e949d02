//! Contracts of the ports of organizations.

pub mod founding;
pub mod members;
pub mod ranks;
