//! The recipes of docs/APPLICATIONS.md and docs/proxies. Only ports, hosts and paths are replaced.

use std::{fs, path::Path};

/// The root of the workspace.
pub fn root() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Reads the block of docs/APPLICATIONS.md whose first line names this file.
pub fn block(file: &str) -> String {
    let text = fs::read_to_string(root().join("docs/APPLICATIONS.md")).unwrap();
    let blocks = text.split("\n```").collect::<Vec<_>>();
    let mut found = blocks.iter().skip(1).step_by(2).filter_map(|block| {
        let (_language, block) = block.split_once('\n')?;
        let first = block.lines().next()?;
        let name = first.trim_start_matches(['#', '/', '-', ' ']);
        let file = file.trim_start_matches('/');
        name.strip_prefix(file)?
            .starts_with(':')
            .then(|| format!("{block}\n"))
    });
    let block = found
        .next()
        .unwrap_or_else(|| panic!("docs/APPLICATIONS.md has no block of {file}"));
    assert!(found.next().is_none(), "two blocks of {file}");
    block
}

/// Reads a file of docs/proxies.
pub fn file(name: &str) -> String {
    fs::read_to_string(root().join("docs/proxies").join(name)).unwrap()
}

/// The ports and paths of a running site.
pub struct RecipePlaces<'a> {
    pub plain: u16,
    pub tls: u16,
    pub twinlock: u16,
    pub application: u16,
    pub folder: &'a Path,
}

/// Replaces a text that the recipe must contain.
pub fn with(recipe: &str, found: &str, other: &str) -> String {
    assert!(recipe.contains(found), "{found} in {recipe}");
    recipe.replace(found, other)
}

/// Replaces what all recipes have: hosts, and the ports of Twinlock and the applications.
pub fn placed(recipe: &str, places: &RecipePlaces) -> String {
    let tls = places.tls;
    let mut text = recipe
        .replace("127.0.0.1:3000", &format!("127.0.0.1:{}", places.twinlock))
        .replace(
            "127.0.0.1:8080",
            &format!("127.0.0.1:{}", places.application),
        )
        .replace(
            "127.0.0.1:8081",
            &format!("127.0.0.1:{}", places.application),
        );
    let folder = places.folder.display();
    for host in super::certificates::HOSTS {
        text = text
            .replace(
                &format!("https://{host}.example.com"),
                &format!("https://{host}.example.com:{tls}"),
            )
            .replace(
                &format!("/etc/ssl/{host}.example.com.pem"),
                &format!("{folder}/pem"),
            )
            .replace(
                &format!("/etc/ssl/{host}.example.com.key"),
                &format!("{folder}/key"),
            );
    }
    text
}
