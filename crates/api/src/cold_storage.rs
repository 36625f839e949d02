//! Cold storage over HTTP.

mod warehouses;

pub(crate) use warehouses::{Document, routes};
