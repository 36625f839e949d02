//! Letters: their templates, and the two ways they leave the house.

mod filters;
pub mod folder;
mod mime;
pub mod smtp;
pub mod writer;

pub use mime::Sender;
