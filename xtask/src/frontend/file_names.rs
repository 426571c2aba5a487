//! Names files by a hash of their content: browsers keep such files for a year, and the server
//! recognises the form of hashed names.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use super::{bindings::ScriptAndWasm, fingerprint};

/// The number of digits that Trunk uses.
const DIGITS: usize = 16;

/// The names of the pages' files in `dist`.
pub struct Names {
    /// The script that loads the WASM.
    pub script: String,
    /// The WASM.
    pub wasm: String,
    /// Scripts of other crates. They keep their names, because their folder's name contains the
    /// hash.
    pub snippets: Vec<String>,
    /// The icon.
    pub icon: String,
}

/// Copies the files into `dist`. Script and WASM share one hash over both, because a browser must
/// never combine files of two builds.
pub fn copy(pair: &ScriptAndWasm, icon: &Path, dist: &Path) -> Result<Names> {
    let hash = digits(&[pair.script.clone(), pair.wasm.clone()])?;
    let snippets = pair.snippets()?;
    let names = Names {
        script: format!("frontend-{hash}.js"),
        wasm: format!("frontend-{hash}_bg.wasm"),
        snippets: snippets.iter().map(|(name, _)| name.clone()).collect(),
        icon: hashed(icon, &digits(&[icon.to_owned()])?)?,
    };
    let put = |from: &Path, name: &str| -> Result<()> {
        let to = dist.join(name);
        fs::create_dir_all(to.parent().unwrap_or(dist))?;
        let copied = fs::copy(from, &to);
        copied.with_context(|| format!("copying {} to {}", from.display(), to.display()))?;
        Ok(())
    };
    put(&pair.script, &names.script)?;
    put(&pair.wasm, &names.wasm)?;
    put(icon, &names.icon)?;
    snippets
        .iter()
        .try_for_each(|(name, file)| put(file, name))?;
    Ok(names)
}

fn digits(files: &[PathBuf]) -> Result<String> {
    let hash = fingerprint::of_contents(files)?;
    let digits = hash.get(..DIGITS).context("the hash is too short")?;
    Ok(digits.to_owned())
}

/// Returns `mark-<hash>.svg` for `icons/mark.svg`.
fn hashed(file: &Path, hash: &str) -> Result<String> {
    let (stem, ending) = file
        .file_name()
        .and_then(|name| name.to_str()?.rsplit_once('.'))
        .with_context(|| format!("{} has no name with an ending", file.display()))?;
    Ok(format!("{stem}-{hash}.{ending}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_the_hash_of_what_it_stands_for_and_snippets_keep_theirs() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("bindings");
        let file = |name: &str, text: &str| {
            let file = folder.join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, text).unwrap();
            file
        };
        let pair = ScriptAndWasm {
            script: file("frontend.js", "script"),
            wasm: file("frontend_bg.wasm", "wasm"),
            folder: folder.clone(),
        };
        file("snippets/crate-0f/inline0.js", "snippet");
        let icon = file("icons/mark.svg", "<svg/>");
        let dist = root.path().join("dist");
        let copied = || copy(&pair, &icon, &dist).unwrap();

        let names = copied();
        assert_eq!(names.snippets, ["snippets/crate-0f/inline0.js"]);
        assert_eq!(names.script.len(), "frontend-0123456789abcdef.js".len());
        assert_eq!(names.icon.len(), "mark-0123456789abcdef.svg".len());
        for name in [&names.script, &names.wasm, &names.icon, &names.snippets[0]] {
            assert!(dist.join(name).exists(), "{name}");
        }
        file("frontend_bg.wasm", "other");
        let later = copied();
        assert_ne!(later.script, names.script);
        assert_ne!(later.wasm, names.wasm);
        assert_eq!(later.icon, names.icon);
    }
}
