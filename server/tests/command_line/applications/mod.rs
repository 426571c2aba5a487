//! `twinlock app`, and `twinlock doctor --app`.

mod added;
mod attacked;
mod changed;
mod front;
mod unreachable;

use serde_json::Value;

use crate::support::program::ProgramSite;

/// Adds an application; returns its JSON.
fn add(site: &ProgramSite, name: &str, url: &str) -> Value {
    let args = [
        "app",
        "add",
        name,
        "--url",
        url,
        "--public-url",
        "https://panel.example.com",
        "--json",
    ];
    site.run(&args).expect_json()
}
