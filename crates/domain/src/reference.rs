//! Codes that the world has agreed on: countries, currencies, time zones.

pub mod country;
pub mod currency;
pub mod time_zone;
