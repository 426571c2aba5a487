//! The two kinds of pages: those that are shipped, and those that are built quickly for a look.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use super::stamp::STAMP;

/// Which pages stand in `dist`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edition {
    /// Small: on a standard library of their own, optimised for size, minified and compressed.
    Shipped,
    /// Soon there: compiled in cargo's profile for development, with the names of functions and every assertion.
    Quick,
}

impl Edition {
    /// The word in the stamp, and the name of the folder that keeps these pages while the others stand in `dist`.
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

/// Lets `dist` hold this edition, if it was ever built. The other one is moved aside with its stamp: a rename keeps the times of all files, so
/// cargo finds each binary fresh that holds the pages which come back.
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
        // What an interrupted build left there has no stamp, and is nobody's.
        move_all(&waiting, root)?;
    }
    Ok(())
}

/// Pages and stamp from one folder to another. The stamp goes last: without it, what stands there counts as unfinished.
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
