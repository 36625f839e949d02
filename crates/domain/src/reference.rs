//! Codes that the world has agreed on: countries, currencies, locales, time zones.

pub mod country;
pub mod currency;
pub mod locale;
pub mod time_zone;
