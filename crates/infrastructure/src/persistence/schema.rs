//! The tables, a file a plane.

#[expect(clippy::wildcard_imports, reason = "the form that print-schema writes")]
pub(crate) mod control;
#[expect(clippy::wildcard_imports, reason = "the form that print-schema writes")]
pub(crate) mod tenant;
