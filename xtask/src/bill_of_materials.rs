//! What a release may hold, as `CycloneDX` (ASVS V15.1.2): every crate of the server, and every crate of the pages inside it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};

use crate::{process::Process, tools::Toolbox, workspace::root};

/// The version of the format that scanners read.
const FORMAT: &str = "1.5";
/// The name that cargo-cyclonedx gives its file in the folder of each crate of the workspace.
const DRAFT: &str = "sbom-draft";

/// Writes the list into `target/release`, beside the binary.
pub fn write() -> Result<()> {
    let tools = Toolbox::for_bill_of_materials()?;
    let made = Process::new("cargo-cyclonedx")
        .args(["cyclonedx", "--format", "json", "--spec-version", FORMAT])
        .args(["--override-filename", DRAFT, "--quiet"])
        // One list for both halves: the server's crates on every platform hold those of the pages, whose WASM is within it.
        .args(["--target", "all", "--manifest-path", "server/Cargo.toml"])
        .env_unshown("PATH", tools.path()?)
        .remedy("the line above says what is missing; Cargo.lock must fit the manifests")
        .run();
    let list = root().join("target/release/twinlock.cdx.json");
    let drafts = drafts()?;
    let kept = made.and_then(|()| keep(&root().join("server"), &list));
    // It writes one for each crate of the workspace: none stays among the sources, whatever happened.
    for draft in drafts.iter().filter(|draft| draft.exists()) {
        fs::remove_file(draft).with_context(|| format!("removing {}", draft.display()))?;
    }
    println!("{} · {} entries", list.display(), kept?);
    Ok(())
}

/// Puts the list where it belongs, without the folder it was made in, and counts what is in it.
fn keep(folder: &Path, list: &Path) -> Result<usize> {
    let draft = folder.join(format!("{DRAFT}.json"));
    let text =
        fs::read_to_string(&draft).with_context(|| format!("reading {}", draft.display()))?;
    let text = without_folder(&text, root());
    let crates = text.matches("\"purl\"").count();
    ensure!(crates > 1, "{} lists nothing", draft.display());
    fs::write(list, text).with_context(|| format!("writing {}", list.display()))?;
    Ok(crates)
}

/// The machine that made it is nobody's business.
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
    fn no_list_names_the_folder_it_was_made_in() {
        let made = r#""bom-ref": "path+file:///home/x/twinlock/server#0.1.0""#;
        assert_eq!(
            without_folder(made, Path::new("/home/x/twinlock")),
            r#""bom-ref": "path+file://server#0.1.0""#
        );
    }
}
