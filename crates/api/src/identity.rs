//! Identity over HTTP.

mod auth;

pub(crate) use auth::{Document, routes};
