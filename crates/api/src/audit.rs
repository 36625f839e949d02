//! The audit over HTTP.

mod logs;

pub(crate) use logs::{Document, routes};
