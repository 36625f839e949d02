//! People, their passwords, sessions and tokens.

mod challenge_repository;
mod credential_repository;
mod external_identity_repository;
mod guess_repository;
mod one_time_token_repository;
mod own_session_repository;
mod platform_role_repository;
mod provider_start_repository;
mod refresh_token_repository;
mod registration_repository;
mod rows;
mod sealed_secret_repository;
mod second_factor_repository;
mod session_repository;
mod user_repository;
