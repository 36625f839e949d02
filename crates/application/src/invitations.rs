//! Use cases of invitations: made, listed, sent again, revoked, looked at. Accepting one is a use
//! case of identity, for it may make a person.

pub mod find_invitation;
pub mod invite;
pub mod list_invitations;
pub mod resend_invitation;
pub mod revoke_invitation;
pub mod service;

#[cfg(test)]
mod fixture;
