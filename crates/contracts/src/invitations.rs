//! Contracts of the ports of invitations.

pub mod repository;
