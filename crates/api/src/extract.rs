//! What handlers take from a request.

mod caller;
mod draft;
mod image;
mod shape;
mod valid;

pub(crate) use caller::{Bearer, BearerText, Caller, MaybeCaller, Peer, Recognised, acting, bearer_text};
pub(crate) use image::ImageBody;
pub(crate) use valid::{BODY_MAX, ValidForm, ValidJson, ValidQuery};
