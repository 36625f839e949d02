//! What may work in an organization besides its people: programs, by API keys.

pub mod addresses;
pub mod api_key;
pub mod dto;
pub mod ports;
