//! Symbolic links that lead to nothing.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// How many links the system follows at most.
const MOST_LINKS: usize = 40;

/// The last link on the way to a path, and where it leads to, which does not exist.
pub fn broken(path: &Path) -> Option<(PathBuf, PathBuf)> {
    let one = |path: &Path| {
        let mut links = path.ancestors();
        links.find_map(|link| {
            let target = fs::read_link(link).ok()?;
            // A target that is no whole path begins where the link stands.
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
