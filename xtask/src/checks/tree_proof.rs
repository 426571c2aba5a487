//! Proves that no crate of the server reaches the browser.

use anyhow::{Result, bail, ensure};

use crate::process::Process;

/// Crates of the server: storage, network, hashing, keys.
const SERVER_ONLY: [&str; 8] = [
    "argon2", "axum", "chrono", "hmac", "hyper", "sqlx", "tokio", "totp-rs",
];

/// Reads the dependency tree of `frontend` for wasm32 and fails if it contains a server crate.
pub fn check() -> Result<()> {
    let tree = Process::cargo([
        "tree",
        "--package",
        "frontend",
        "--target",
        "wasm32-unknown-unknown",
        // Macros and build scripts run on the host and never reach the browser.
        "--edges",
        "normal,no-proc-macro",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ])
    .output()?;
    let (count, found) = judge(&tree);
    ensure!(
        count > 1,
        "the dependency tree of `frontend` is empty, so it proves nothing"
    );
    if found.is_empty() {
        println!(
            "The {count} crates under `frontend` for wasm32 name none of {}.",
            SERVER_ONLY.join(", ")
        );
        return Ok(());
    }
    bail!(
        "`frontend` pulls server crates into the browser: {}\nWhat to do: `cargo tree -p frontend \
        --target wasm32-unknown-unknown --invert {}` shows the path",
        found.join(", "),
        found.first().copied().unwrap_or_default()
    )
}

/// Returns how many crates the tree contains, and which of them are the server's.
fn judge(tree: &str) -> (usize, Vec<&str>) {
    let mut names: Vec<&str> = tree
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    names.sort_unstable();
    names.dedup();
    let found = names.iter().copied().filter(|name| server_only(name));
    (names.len(), found.collect())
}

/// Matches whole crate families: `sqlx-core` is as wrong as `sqlx`.
fn server_only(name: &str) -> bool {
    SERVER_ONLY.iter().any(|forbidden| {
        name.strip_prefix(forbidden)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLEAN: &str = "frontend v0.1.0 (/somewhere/frontend)\napp v0.1.0\nleptos v0.8.23\nserde v1.0.0\nserde v1.0.0 (*)\n";

    #[test]
    fn a_clean_tree_passes_and_counts_each_crate_once() {
        assert_eq!(judge(CLEAN), (4, vec![]));
    }

    #[test]
    fn a_server_crate_is_found_by_name_and_by_family() {
        let tree = format!("{CLEAN}tokio v1.50.0\nsqlx-core v0.9.0\n");
        assert_eq!(judge(&tree).1, vec!["sqlx-core", "tokio"]);
    }

    #[test]
    fn a_name_that_only_begins_alike_is_no_server_crate() {
        assert!(!server_only("chronological"));
        assert!(!server_only("hyperscan"));
        assert!(server_only("totp-rs"));
    }
}
