//! What has had its time, and how it goes.

mod belongings;
mod leftover_repository;
mod purge_repository;

#[cfg(feature = "testing")]
pub(crate) use purge_repository::OF_AN_ORGANIZATION;
