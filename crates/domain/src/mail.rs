//! Letters to people, and how they leave the house.

pub mod letter;
pub mod ports;
