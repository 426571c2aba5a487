//! Finds dangling symbolic links.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The system follows at most this many links.
const MOST_LINKS: usize = 40;

/// Returns the last link in a path's chain, and its target, which does not exist.
pub fn broken(path: &Path) -> Option<(PathBuf, PathBuf)> {
    let one = |path: &Path| {
        let mut links = path.ancestors();
        links.find_map(|link| {
            let target = fs::read_link(link).ok()?;
            // A relative target starts at the link's folder.
            let target = link.parent().unwrap_or(Path::new("")).join(target);
            fs::metadata(link)
                .is_err()
                .then(|| (link.to_owned(), target))
        })
    };
    let mut found = one(path)?;
    for _ in 0..MOST_LINKS {
        match one(&found.1) {
            Some(next) => found = next,
            None => break,
        }
    }
    Some(found)
}
