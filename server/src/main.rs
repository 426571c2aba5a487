//! The binary `twinlock`: the server and the operator's command line.

use std::{alloc::System, process::ExitCode};

use zeroizing_alloc::ZeroAlloc;

/// Memory is wiped as it is given back. Types of ours wipe themselves, but an answer that shows a key passes through buffers of serde and
/// hyper as well, and stood there until something else was written over it (the attack suite's D6).
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> ExitCode {
    server::cli::run()
}
