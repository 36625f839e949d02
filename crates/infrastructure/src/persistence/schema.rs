//! The tables, a file a plane.

#[allow(clippy::wildcard_imports, reason = "the form that print-schema writes")]
pub(crate) mod control;
#[allow(clippy::wildcard_imports, reason = "the form that print-schema writes")]
pub(crate) mod tenant;
