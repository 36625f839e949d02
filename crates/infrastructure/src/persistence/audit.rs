//! Audit trails: a table in each plane.

mod rows;
mod trails;
