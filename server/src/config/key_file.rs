//! The default path of the key file: beside the database file itself, like its journal. If the
//! database's path is a link, a key file may already exist beside the link, and is then used. Two
//! key files are refused, even if they are equal, because the next `key new` changes only one of
//! them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::SettingError;

/// Returns the key file's path for a database file.
pub fn of(file: &Path) -> Result<PathBuf, SettingError> {
    let beside_link = with_end(file);
    let is_link = fs::symlink_metadata(file).is_ok_and(|found| found.is_symlink());
    // A dangling link is reported when the database is checked.
    let Some(real) = fs::canonicalize(file).ok().filter(|_| is_link) else {
        return Ok(beside_link);
    };
    let beside_file = with_end(&real);
    let of_link = beside_link
        .is_file()
        .then(|| fs::canonicalize(&beside_link).ok());
    match of_link.flatten() {
        Some(_) if !beside_file.exists() => Ok(beside_link),
        Some(second) if fs::canonicalize(&beside_file).ok().as_ref() != Some(&second) => {
            let problem = format!(
                "the database {} is a link to {}, and there is a key file beside each of the two: \
                name the right one, {} or {}, or move the other away",
                file.display(),
                real.display(),
                beside_file.display(),
                beside_link.display()
            );
            Err(SettingError::new("TWINLOCK_KEY_FILE", problem))
        }
        _ => Ok(beside_file),
    }
}

fn with_end(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".key");
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use rstest::rstest;

    use super::*;

    /// The key file beside the file, the one beside the link, and the one that is used.
    #[rstest]
    #[case::neither(None, None, Some("disk/whole.db.key"))]
    #[case::beside_the_file(Some("a"), None, Some("disk/whole.db.key"))]
    #[case::beside_the_link(None, Some("a"), Some("twinlock.db.key"))]
    #[case::two_copies(Some("a"), Some("a"), None)]
    #[case::two_keys(Some("a"), Some("b"), None)]
    fn a_key_file_stands_beside_the_file_that_a_link_leads_to(
        #[case] beside_file: Option<&str>,
        #[case] beside_link: Option<&str>,
        #[case] taken: Option<&str>,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().canonicalize().unwrap().join(name);
        fs::create_dir(at("disk")).unwrap();
        fs::write(at("disk/whole.db"), "").unwrap();
        symlink("disk/whole.db", at("twinlock.db")).unwrap();
        let keys = [
            ("disk/whole.db.key", beside_file),
            ("twinlock.db.key", beside_link),
        ];
        for (name, key) in keys {
            if let Some(key) = key {
                fs::write(at(name), key).unwrap();
            }
        }
        let found = of(&at("twinlock.db"));
        assert_eq!(found.as_ref().ok(), taken.map(at).as_ref());
        if let Err(error) = found {
            let said = error.to_string();
            for name in ["disk/whole.db.key", "/twinlock.db.key"] {
                assert!(said.contains(name), "{said}");
            }
        }
    }

    #[test]
    fn a_link_from_one_key_file_to_the_other_is_no_second_one() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().canonicalize().unwrap().join(name);
        fs::write(at("whole.db"), "").unwrap();
        fs::write(at("whole.db.key"), "a").unwrap();
        symlink("whole.db", at("twinlock.db")).unwrap();
        symlink("whole.db.key", at("twinlock.db.key")).unwrap();
        assert_eq!(of(&at("twinlock.db")).ok(), Some(at("whole.db.key")));
    }

    #[test]
    fn a_file_that_is_no_link_keeps_the_name_by_which_it_is_named() {
        let folder = tempfile::tempdir().unwrap();
        symlink("nowhere", folder.path().join("broken.db")).unwrap();
        for name in ["new.db", "broken.db"] {
            let file = folder.path().join(name);
            assert_eq!(of(&file).ok(), Some(with_end(&file)));
        }
    }
}
