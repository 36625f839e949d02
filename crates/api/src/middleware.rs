//! What happens around every handler.

mod authentication;
mod denials;
mod edge;
mod envelope;
mod trace;

pub(crate) use authentication::authenticate;
pub(crate) use edge::edge;
pub(crate) use trace::TraceId;
