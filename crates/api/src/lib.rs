//! HTTP of Stoa: routes, extractors, error bodies, the OpenAPI document.
//!
//! The only library crate that names actix-web. A handler reads its request, calls one use case
//! and shapes the answer; it knows no database and takes no decision.

pub mod app;
pub mod lane;
pub mod metrics;
pub mod openapi;
pub mod operations;
pub mod problem;
pub mod state;

mod access;
mod audit;
mod blocking;
mod cold_storage;
mod docs;
mod etag;
mod export;
mod extract;
mod fallback;
mod health;
mod identity;
mod invitations;
mod middleware;
mod organizations;
mod people;
mod respond;
