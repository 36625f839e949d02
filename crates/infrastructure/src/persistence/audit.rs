//! The audit trail: what waits in both planes, and the chains it is sealed into.

mod chain_repository;
mod log_repository;
mod rows;
mod staged_repository;
mod trails;
pub(super) mod unsealed;
