//! The `stoa` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    stoa_server::command::main()
}
