//! Names of the script and the WASM by what they hold when they are sent. Browsers keep them for a year, and Trunk takes its hash before
//! wasm-opt and esbuild have been at work: with another option of theirs the old half of a pair would be joined with the new one.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};

use super::{downloads, fingerprint, has_ending};
use crate::workspace::dist;

/// As many digits as Trunk has, by which the server knows a name with a hash.
const DIGITS: usize = 16;

/// Renames both, in the index page too.
pub fn renew() -> Result<()> {
    let pair: Vec<PathBuf> = downloads()?
        .into_iter()
        .filter(|file| has_ending(file, "js") || has_ending(file, "wasm"))
        .collect();
    let old = pair
        .iter()
        .find(|file| has_ending(file, "js"))
        .and_then(|script| script.file_stem()?.to_str())
        .context("dist holds no script")?
        .to_owned();
    let new = renamed(&old, &fingerprint::of_contents(&pair)?)?;
    for file in &pair {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        fs::rename(file, file.with_file_name(name.replace(&old, &new)))?;
    }
    let page = dist().join("index.html");
    let text = fs::read_to_string(&page).context("reading dist/index.html")?;
    fs::write(&page, text.replace(&old, &new)).context("writing dist/index.html")
}

/// `frontend-<hash>` with another hash.
fn renamed(stem: &str, hash: &str) -> Result<String> {
    let (name, _) = stem
        .rsplit_once('-')
        .context("the script's name has no hash")?;
    let digits = hash.get(..DIGITS).context("the hash is too short")?;
    Ok(format!("{name}-{digits}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_stays_and_the_hash_changes() {
        let hash = "0123456789abcdef0123";
        assert_eq!(
            renamed("frontend-b68240db750a32c6", hash).unwrap(),
            "frontend-0123456789abcdef"
        );
        assert!(renamed("frontend", hash).is_err());
    }
}
