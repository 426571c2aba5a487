//! Whose the files are, and who else may write into them.

use std::{
    fs::{self, Metadata},
    io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use rustix::{fs::OFlags, process::geteuid};

/// Others may write.
const WRITABLE: u32 = 0o022;
/// Everybody on this machine may read.
const READABLE: u32 = 0o004;
const ROOT: u32 = 0;

/// The user that this process acts as.
pub fn own_user() -> u32 {
    geteuid().as_raw()
}

/// Whether only this process's user and root can have made a file what it is.
pub fn is_trusted(found: &Metadata) -> bool {
    found.uid() == own_user() || found.uid() == ROOT
}

/// What refuses a symbolic link at the end of a path when a file is opened.
pub fn no_follow() -> i32 {
    OFlags::NOFOLLOW.bits().cast_signed()
}

/// What opens a pipe at once, though nobody writes into it.
pub fn without_waiting() -> i32 {
    OFlags::NONBLOCK.bits().cast_signed()
}

/// Looks at a database file and its folder, and answers a sentence for each way by which another user can change or read what is in them.
pub fn exposures(file: &Path) -> Vec<String> {
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    [
        (file, "600", WRITABLE | READABLE),
        // A user who writes there can put another file, or a journal, where the database's should be. The sticky bit keeps no journal out.
        (folder, "700", WRITABLE),
    ]
    .into_iter()
    .filter_map(|(path, mode, wide)| exposure(path, mode, wide))
    .collect()
}

fn exposure(path: &Path, right: &str, wide: u32) -> Option<String> {
    // A file that can't be looked at can't be opened either, and that is said there.
    let found = fs::metadata(path).ok()?;
    let (path, mode) = (path.display(), found.mode() & 0o7777);
    if !is_trusted(&found) {
        let (owner, own) = (found.uid(), own_user());
        return Some(format!(
            "{path} belongs to user {owner}, who can change it: run `chown {own} {path}`, or run this as user {owner}"
        ));
    }
    let can = match mode & wide {
        0 => return None,
        mode if mode & WRITABLE != 0 => "changed",
        _ => "read",
    };
    Some(format!(
        "{path} can be {can} by other users (mode {mode:04o}): run `chmod {right} {path}`"
    ))
}

/// The name of a file with an ending behind it.
pub fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

/// Whether a name is taken, also by a link that leads to nothing.
pub fn is_taken(path: &Path) -> io::Result<bool> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::{fs::Permissions, os::unix::fs::PermissionsExt};

    use super::*;

    #[test]
    fn wide_modes_are_told_with_their_remedy() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.db");
        fs::write(&file, "").unwrap();
        let set = |path: &Path, mode| {
            fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
        };
        set(folder.path(), 0o700);
        for (mode, words) in [
            (0o600, None),
            (0o640, None),
            (0o660, Some("can be changed by other users (mode 0660)")),
            (0o602, Some("can be changed by other users (mode 0602)")),
            (0o644, Some("can be read by other users (mode 0644)")),
        ] {
            set(&file, mode);
            let told = exposures(&file);
            assert_eq!(told.len(), usize::from(words.is_some()), "{told:?}");
            let Some(words) = words else { continue };
            let right = format!("run `chmod 600 {}`", file.display());
            assert!(
                told[0].contains(words) && told[0].ends_with(&right),
                "{told:?}"
            );
        }
        set(&file, 0o600);
        for mode in [0o1777, 0o770] {
            set(folder.path(), mode);
            assert!(
                exposures(&file)[0].ends_with(&format!("chmod 700 {}`", folder.path().display()))
            );
        }
        set(folder.path(), 0o755);
        assert!(exposures(&file).is_empty());
    }
}
