//! The `stoa` program.

use std::process::ExitCode;

/// What one thread allocates another often frees, between the lanes and the workers: the system's
/// allocator is slow at that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    stoa_server::command::main()
}
