//! `cargo xtask pictures`: takes the README's pictures from the real pages.

use anyhow::Result;

use crate::{lighthouse::binary, process::Process, tools, workspace::end2end};

/// Takes the pictures into `docs/pictures`, with invented users on a temporary database.
pub fn run() -> Result<()> {
    let binary = binary()?;
    tools::ensure_for_browser_tests()?;
    tools::install_packages()?;
    tools::install_for_pictures()?;
    Process::new("npx")
        .args(["--no-install", "playwright", "test"])
        .args(["--config", "pictures.config.ts"])
        .folder(&end2end())
        .env_unshown("TWINLOCK_BIN", binary)
        .remedy(
            "end2end/pictures/pictures.ts walks through the pages: fix the step that the \
        report above names",
        )
        .run()
}
