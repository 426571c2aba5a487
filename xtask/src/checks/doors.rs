//! The doors suite: Twinlock before an application, behind real proxies.

use std::path::Path;

use anyhow::Result;

use crate::{
    process::Process,
    tools,
    workspace::{binary, program},
};

/// Runs the table of cases against a binary, behind each proxy that Debian packages: about two
/// minutes. Proxies whose package can't be installed are left out and named.
pub fn quick(binary: &Path) -> Result<()> {
    tools::ensure_for_doors()?;
    suite()?
        .env("TWINLOCK_BIN", binary)
        .remedy("the table above names the id; `cargo run --package doors -- px1_` tries one")
        .run()
}

/// Runs the table against the shipped binary, behind the newest proxies too.
pub fn everything() -> Result<()> {
    tools::ensure_for_doors()?;
    suite()?
        .args(["--deep"])
        .env("TWINLOCK_BIN", binary())
        .remedy(
            "the table above names the id; `cargo run --package doors -- --deep px1_` tries one",
        )
        .run()
}

/// Runs one case a core, because each has a server and a proxy. `cargo xtask test` has compiled the
/// suite.
fn suite() -> Result<Process> {
    Ok(Process::new(program("doors")?).args(["--test-threads", "3"]))
}
