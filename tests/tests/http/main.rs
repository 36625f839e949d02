//! The API as its clients meet it, on every engine.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on stops, with a word on why"
)]

mod access_review;
mod api_keys;
mod audit;
mod audit_chains;
mod audit_logs;
mod authenticator;
mod authorization_matrix;
mod bad_input;
mod brute_force;
mod bulk_statuses;
mod business_profile;
mod concurrency;
mod documents;
mod email_verification;
mod envelope;
mod explanations;
mod identity;
mod invitations;
mod invitations_by_phone;
mod invited_second_factors;
mod key_set;
mod life_cycle;
mod members;
mod metrics;
mod mfa;
mod organizations;
mod outages;
mod password_reset;
mod passwords;
mod permissions;
mod profile_images;
mod profiles;
mod providers;
mod ranks;
mod readme_tour;
mod registrations;
mod role_simulations;
mod roles;
mod sessions;
mod statuses;
mod tokens;
mod two_servers;
mod users;
mod warehouse_lists;
mod warehouses;

/// An id that is well formed and of nothing.
const MISSING: &str = "01890000-0000-7000-8000-000000000000";

/// A field that a 422 should name, and the code it should name it with.
fn field(name: &str, code: &str) -> (String, String) {
    (name.to_owned(), code.to_owned())
}
