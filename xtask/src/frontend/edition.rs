//! The two editions of the pages: shipped, and quickly built for development.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use super::stamp::STAMP;

/// An edition of the pages in `dist`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edition {
    /// Small: with its own standard library, optimised for size, minified and compressed.
    Shipped,
    /// Quick to build: compiled in cargo's development profile, with function names and all
    /// assertions.
    Quick,
}

impl Edition {
    /// Returns the edition's word in the stamp, which also names the folder that keeps these pages
    /// while the other edition is in `dist`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Shipped => "shipped",
            Self::Quick => "quick",
        }
    }

    fn other(self) -> Self {
        match self {
            Self::Shipped => Self::Quick,
            Self::Quick => Self::Shipped,
        }
    }
}

/// Puts this edition into `dist`, if it was ever built. The other edition is moved aside with its
/// stamp. A rename keeps all file times, so cargo considers the binary with the restored pages
/// fresh.
pub fn choose(root: &Path, edition: Edition) -> Result<()> {
    let stamp = fs::read_to_string(root.join(STAMP)).unwrap_or_default();
    let is_of = |edition: Edition| stamp.starts_with(&format!("pages {}\n", edition.word()));
    if is_of(edition) {
        return Ok(());
    }
    let aside = |of: Edition| root.join("target/pages").join(of.word()).join("built");
    if is_of(edition.other()) {
        move_all(root, &aside(edition.other()))?;
    }
    let waiting = aside(edition);
    if waiting.join(STAMP).exists() {
        // The output of an interrupted build has no stamp, so it belongs to no edition and may be
        // deleted.
        move_all(&waiting, root)?;
    }
    Ok(())
}

/// Moves pages and stamp between folders. The stamp is moved last, because pages without a stamp
/// count as unfinished.
fn move_all(from: &Path, to: &Path) -> Result<()> {
    let dist = to.join("dist");
    if dist.exists() {
        fs::remove_dir_all(&dist).with_context(|| format!("removing {}", dist.display()))?;
    }
    fs::create_dir_all(to).with_context(|| format!("creating {}", to.display()))?;
    for name in ["dist", STAMP] {
        move_one(&from.join(name), &to.join(name))?;
    }
    Ok(())
}

fn move_one(from: &PathBuf, to: &PathBuf) -> Result<()> {
    if from.exists() {
        fs::rename(from, to)
            .with_context(|| format!("moving {} to {}", from.display(), to.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn built(root: &TempDir, edition: Edition) {
        let dist = root.path().join("dist");
        fs::create_dir_all(&dist).unwrap();
        fs::write(dist.join("index.html"), edition.word()).unwrap();
        let stamp = format!("pages {}\nsources 1\n", edition.word());
        fs::write(root.path().join(STAMP), stamp).unwrap();
    }

    fn held(root: &TempDir) -> Option<String> {
        fs::read_to_string(root.path().join("dist/index.html")).ok()
    }

    #[test]
    fn each_edition_comes_back_as_it_was_with_its_times() {
        let root = tempfile::tempdir().unwrap();
        built(&root, Edition::Shipped);
        let time = |root: &TempDir| {
            let dist = root.path().join("dist");
            let of = |path: &Path| path.metadata().unwrap().modified().unwrap();
            (of(&dist), of(&dist.join("index.html")))
        };
        let before = time(&root);

        choose(root.path(), Edition::Quick).unwrap();
        assert_eq!(held(&root), None);
        built(&root, Edition::Quick);
        choose(root.path(), Edition::Shipped).unwrap();
        assert_eq!(held(&root).as_deref(), Some("shipped"));
        assert_eq!(time(&root), before);
        choose(root.path(), Edition::Quick).unwrap();
        assert_eq!(held(&root).as_deref(), Some("quick"));
    }

    #[test]
    fn pages_come_back_after_an_interrupted_build_of_the_others() {
        let root = tempfile::tempdir().unwrap();
        built(&root, Edition::Shipped);
        choose(root.path(), Edition::Quick).unwrap();
        fs::create_dir(root.path().join("dist")).unwrap();
        fs::write(root.path().join("dist/half.js"), "").unwrap();
        choose(root.path(), Edition::Shipped).unwrap();
        assert_eq!(held(&root).as_deref(), Some("shipped"));
        assert!(!root.path().join("dist/half.js").exists());
    }

    #[test]
    fn pages_without_a_stamp_stay_where_they_are() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("dist")).unwrap();
        for edition in [Edition::Quick, Edition::Shipped] {
            choose(root.path(), edition).unwrap();
            assert!(root.path().join("dist").exists());
        }
    }
}
