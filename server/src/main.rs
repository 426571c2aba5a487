//! The binary `twinlock`: the server and the operator's command line.

use std::{alloc::System, process::ExitCode};

use zeroizing_alloc::ZeroAlloc;

/// Wipes memory when it is freed. Our own types wipe themselves, but an answer that shows a key
/// also passes through buffers of serde and hyper, where it stayed readable until something else
/// overwrote it (the attack suite's D6).
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> ExitCode {
    server::cli::run()
}
