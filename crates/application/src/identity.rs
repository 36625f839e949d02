//! Use cases of identity: registering, signing in and out, being recognised.

pub mod accept_invitation;
pub mod approve_registration;
pub mod authenticate;
pub mod change_password;
pub mod confirm_totp;
pub mod create_person;
pub mod describe_me;
pub mod end_session;
pub mod enrol_totp;
pub mod find_person;
pub mod finish_with_provider;
pub mod forgot_password;
pub mod guessing;
pub mod import_person;
pub mod issue_password_reset;
pub mod list_identities;
pub mod list_registrations;
pub mod list_sessions;
pub mod own_session;
pub mod publish_keys;
pub mod refresh;
pub mod register;
pub mod reject_registration;
pub mod remove_identity;
pub mod remove_totp;
pub mod request_registration;
pub mod reset_password;
pub mod seal_secrets_anew;
pub mod send_verification;
pub mod service;
pub mod sign_in;
pub mod sign_out;
pub mod sign_out_everywhere;
pub mod start_with_provider;
pub mod switch_organization;
pub mod unlock_user;
pub mod validate_token;
pub mod verify_email;
pub mod verify_second_factor;

mod applicant;
mod entering;
mod opening;
mod own_password;

#[cfg(test)]
mod fixture;
