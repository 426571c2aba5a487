//! The binary `twinlock`: the server and the operator's command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    server::cli::run()
}
