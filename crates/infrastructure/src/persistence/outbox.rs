//! Messages that wait for a worker.

mod outbox_repository;
mod rows;

pub(super) use rows::{DEAD, DONE};
