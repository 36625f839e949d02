//! The outbox: those who leave messages, and the worker.

pub mod queue;
