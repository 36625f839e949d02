//! API keys over HTTP.

mod api_keys;

pub(crate) use api_keys::{Document, routes};
