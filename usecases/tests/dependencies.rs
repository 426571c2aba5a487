//! Checks that any caller can use the use cases, because they depend neither on HTTP nor on the
//! pages.
#![allow(
    clippy::unwrap_used,
    reason = "a test that can't go on should stop, in its helpers too"
)]

use std::process::Command;

/// Crates that belong to the server's edge or to the pages.
const FOREIGN: [&str; 12] = [
    "app",
    "axum",
    "http",
    "hyper",
    "leptos",
    "leptos_axum",
    "leptos_router",
    "server_fn",
    "sqlx",
    "storage",
    "tower",
    "web-sys",
];

/// The crates that `usecases` depends on, on the server's side.
fn crates() -> Vec<String> {
    let tree = Command::new(env!("CARGO"))
        .args(["tree", "--package", "usecases", "--features", "server"])
        .args(["--edges", "normal", "--prefix", "none", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(tree.status.success(), "{tree:?}");
    let lines = String::from_utf8(tree.stdout).unwrap();
    let names = lines.lines().filter_map(|line| line.split(' ').next());
    names.map(str::to_owned).collect()
}

#[test]
fn neither_http_nor_pages_nor_a_database_is_among_them() {
    let crates = crates();
    assert!(crates.iter().any(|name| name == "domain"), "{crates:?}");
    let foreign: Vec<_> = crates
        .iter()
        .filter(|name| FOREIGN.contains(&name.as_str()))
        .collect();
    assert_eq!(foreign, Vec::<&String>::new());
}
