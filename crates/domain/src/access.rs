//! What people may do in an organization, by roles, and programs, by API keys.

pub mod addresses;
pub mod api_key;
pub mod assignment;
pub mod decision;
pub mod dto;
pub mod explanation;
pub mod ports;
pub mod review;
pub mod role;
pub mod role_graph;
pub mod settings;
pub mod simulation;
pub mod templates;
