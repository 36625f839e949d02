//! People, their passwords, their sessions and tokens.

mod common_passwords;
pub mod dto;
pub mod external_identity;
pub mod failed_sign_in;
pub mod guess;
pub mod one_time_token;
pub mod password;
pub mod ports;
pub mod registration;
pub mod second_factor;
pub mod session;
pub mod token;
pub mod user;
