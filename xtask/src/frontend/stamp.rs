//! The stamp next to `dist`: records the sources and the content of the last build.

use std::{fs, path::Path};

use anyhow::{Context, Result};

use super::{edition::Edition, fingerprint};

/// The file's name.
pub const STAMP: &str = "dist.stamp";

/// Returns whether `dist` holds this edition, built from these inputs and unchanged since (a manual
/// `trunk build` would change it).
pub fn is_current(root: &Path, edition: Edition, inputs: &str) -> Result<bool> {
    let Ok(stamp) = fs::read_to_string(root.join(STAMP)) else {
        return Ok(false);
    };
    let dist = root.join("dist");
    Ok(dist.is_dir() && stamp == contents(edition, inputs, &fingerprint::of_folder(&dist)?))
}

/// Removes the stamp before `dist` is changed, so that an interrupted build does not count as
/// complete.
pub fn remove(root: &Path) -> Result<()> {
    let stamp = root.join(STAMP);
    if stamp.exists() {
        fs::remove_file(&stamp).with_context(|| format!("removing {}", stamp.display()))?;
    }
    Ok(())
}

/// Records the current content of `dist`.
pub fn write(root: &Path, edition: Edition, inputs: &str) -> Result<()> {
    let held = fingerprint::of_folder(&root.join("dist"))?;
    fs::write(root.join(STAMP), contents(edition, inputs, &held)).context("writing dist.stamp")
}

fn contents(edition: Edition, inputs: &str, held: &str) -> String {
    format!("pages {}\nsources {inputs}\ndist {held}\n", edition.word())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_sources_and_a_touched_dist_are_noticed() {
        let root = tempfile::tempdir().unwrap();
        let dist = root.path().join("dist");
        assert!(!is_current(root.path(), Edition::Quick, "a").unwrap());

        fs::create_dir(&dist).unwrap();
        fs::write(dist.join("index.html"), "page").unwrap();
        write(root.path(), Edition::Quick, "a").unwrap();
        assert!(is_current(root.path(), Edition::Quick, "a").unwrap());
        assert!(!is_current(root.path(), Edition::Quick, "b").unwrap());
        assert!(!is_current(root.path(), Edition::Shipped, "a").unwrap());

        fs::write(dist.join("index.html"), "other").unwrap();
        assert!(!is_current(root.path(), Edition::Quick, "a").unwrap());

        write(root.path(), Edition::Quick, "a").unwrap();
        remove(root.path()).unwrap();
        assert!(!is_current(root.path(), Edition::Quick, "a").unwrap());
    }

    #[test]
    fn a_removed_dist_is_noticed() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("dist")).unwrap();
        write(root.path(), Edition::Quick, "a").unwrap();
        fs::remove_dir(root.path().join("dist")).unwrap();
        assert!(!is_current(root.path(), Edition::Quick, "a").unwrap());
    }
}
