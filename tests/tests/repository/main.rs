//! The repository itself: what its documents promise, and what must not stand in it.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on stops, with a word on why")]

mod requirements;
mod secrets;

use std::path::{Path, PathBuf};

/// The root of the repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
