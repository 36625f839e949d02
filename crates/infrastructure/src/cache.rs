//! What a process remembers.

pub mod api_key_cache;
pub mod session_cache;
