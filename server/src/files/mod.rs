//! Owners of files, other users who may write to them, and locks between commands.

pub mod lock_file;
pub mod named_path;
mod users;
pub mod work_lock;

use std::{
    fs::{self, File, Metadata},
    io,
    os::unix::fs::{MetadataExt, fchown},
    path::{Path, PathBuf},
};

use rustix::fs::{OFlags, StatVfsMountFlags, statfs, statvfs};

pub use users::{ROOT, SystemGroup, SystemUser, as_user, groups_of, members_of, own_user};

/// Other users may write.
const WRITABLE: u32 = 0o022;
/// Every user of this machine may read.
const READABLE: u32 = 0o004;
/// File systems that may not store permissions: FAT, exFAT, NTFS, and FUSE programs that serve one.
const WITHOUT_MODES: [i64; 5] = [0x4d44, 0x2011_bab0, 0x5346_544e, 0x7366_746e, 0x6573_5546];

/// What to check if owner and mode are right.
pub const OF_OTHER_RULES: &str = "owner and mode let it, so look for an access list (`getfacl`), SELinux, AppArmor or the rules of a network share";

/// Gives a new file the owner and group of another file. If they differ, only root may do so.
pub fn keep_owner(file: &File, old: &Metadata) -> io::Result<()> {
    let found = file.metadata()?;
    // File systems without owners refuse even a change to the same owner.
    if (found.uid(), found.gid()) == (old.uid(), old.gid()) {
        return Ok(());
    }
    fchown(file, Some(old.uid()), Some(old.gid()))
}

/// Gives a new file the owner and group of `owner`, if it is given.
pub fn give(file: &File, owner: Option<&Metadata>) -> io::Result<()> {
    owner.map_or(Ok(()), |owner| keep_owner(file, owner))
}

/// Returns the owner for files that a command creates: the database's owner, because that user's
/// server works with them. If the database does not exist yet or is on a server, the key file's
/// owner counts, unless that is root, and otherwise the folder's owner. Returns `None` if the
/// process is not root, because such users keep their own files.
pub fn owner_of_new(database: Option<&Path>, key_file: &Path) -> Option<Metadata> {
    if own_user() != ROOT {
        return None;
    }
    let of_key_file = || {
        let found = fs::metadata(key_file).ok();
        found.filter(|found| found.uid() != ROOT)
    };
    let found = database.and_then(|file| fs::metadata(file).ok());
    let folder = folder_of(database.unwrap_or(key_file));
    found
        .or_else(of_key_file)
        .or_else(|| fs::metadata(folder).ok())
}

/// Returns whether a file belongs to this process's user, has a single name, and is empty.
pub fn is_own_and_empty(found: &Metadata) -> bool {
    found.is_file() && found.uid() == own_user() && found.nlink() == 1 && found.len() == 0
}

/// Returns whether only this process's user and root can have changed the file.
pub fn is_trusted(found: &Metadata) -> bool {
    found.uid() == own_user() || found.uid() == ROOT
}

/// The open flag that refuses a symbolic link at the end of a path.
pub fn no_follow() -> i32 {
    OFlags::NOFOLLOW.bits().cast_signed()
}

/// The open flag that opens a pipe without waiting for a writer.
pub fn without_waiting() -> i32 {
    OFlags::NONBLOCK.bits().cast_signed()
}

/// Returns the folder of a file.
pub fn folder_of(file: &Path) -> &Path {
    let folder = file.parent();
    folder
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// Returns whether a file is on a read-only file system.
pub fn is_read_only(path: &Path) -> bool {
    statvfs(path).is_ok_and(|found| found.f_flag.contains(StatVfsMountFlags::RDONLY))
}

/// Returns the remedy that narrows a mode, if the file system stores modes.
pub fn remedy_for_mode(path: &Path, mode: &str) -> String {
    let remedy = format!("run `chmod {mode} {}`", path.display());
    let has_none = statfs(path).is_ok_and(|found| WITHOUT_MODES.contains(&found.f_type));
    if has_none {
        return format!(
            "{remedy}; if that changes nothing, its file system keeps no permissions: mount it with `umask=077`, or choose another one"
        );
    }
    remedy
}

/// Returns the remedy for a file of another user. If a file that the server's user has to read
/// changed its owner, that server would stop.
pub fn remedy_for_owner(path: &Path, owner: u32) -> String {
    let (own, path) = (own_user(), path.display());
    if own == ROOT {
        return format!(
            "run this as {}; or, if the server runs as root, `chown {} {path}`",
            as_user(owner),
            SystemUser(own)
        );
    }
    format!("run this as {}", as_user(owner))
}

/// Returns a warning if a database file belongs to another user.
pub fn foreign_owner(file: &Path) -> Option<String> {
    let found = fs::metadata(file).ok()?;
    let (owner, own) = (found.uid(), own_user());
    if owner == own {
        return None;
    }
    let path = file.display();
    if own == ROOT {
        return Some(format!(
            "{path} belongs to user {} and this runs as root; run it as {}",
            SystemUser(owner),
            as_user(owner)
        ));
    }
    let (owner, own) = (SystemUser(owner), SystemUser(own));
    Some(format!(
        "{path} belongs to user {owner} and this runs as user {own}: what it makes beside the file may be closed to user {owner}; run it as that user"
    ))
}

/// Checks a database file and its folder, and returns one warning for each way in which another
/// user can change or read their content.
pub fn exposures(file: &Path) -> Vec<String> {
    [
        (file, "600", WRITABLE | READABLE),
        // A user who can write there can replace the database or plant a journal. The sticky bit
        // does not prevent a planted journal.
        (folder_of(file), "700", WRITABLE),
    ]
    .into_iter()
    .filter_map(|(path, mode, wide)| exposure(path, mode, wide))
    .collect()
}

fn exposure(path: &Path, right: &str, wide: u32) -> Option<String> {
    // A file that can't be checked can't be opened either, and the open reports it.
    let found = fs::metadata(path).ok()?;
    let mode = found.mode() & 0o7777;
    if !is_trusted(&found) {
        let owner = found.uid();
        return Some(format!(
            "{} belongs to user {}, who can change it: {}",
            path.display(),
            SystemUser(owner),
            remedy_for_owner(path, owner)
        ));
    }
    let can = match mode & wide {
        0 => return None,
        mode if mode & WRITABLE != 0 => "changed",
        _ => "read",
    };
    Some(format!(
        "{} can be {can} by other users (mode {mode:04o}): {}",
        path.display(),
        remedy_for_mode(path, right)
    ))
}

/// Appends an ending to a file's name.
pub fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

/// Returns whether two names refer to one file: by links of either kind, or by another spelling.
pub fn is_same(one: &Path, other: &Path) -> bool {
    let number = |path| {
        fs::metadata(path)
            .map(|found| (found.dev(), found.ino()))
            .ok()
    };
    number(one).is_some_and(|one| number(other) == Some(one))
}

/// Returns whether a name is taken, even by a dangling link.
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
