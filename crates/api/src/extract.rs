//! What handlers take from a request.

mod caller;
mod draft;
mod shape;
mod valid;

pub(crate) use caller::{Bearer, Caller, Peer, Recognised};
pub(crate) use valid::{BODY_MAX, ValidForm, ValidJson, ValidQuery};
