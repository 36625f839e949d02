//! Invitations.

mod invitation_repository;
mod rows;
