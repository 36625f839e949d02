//! What a process remembers.

pub mod session_cache;
