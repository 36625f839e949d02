//! Letters are sent.

pub mod send_letter;
