//! Checks which other users can read a key file, and names the remedy for the file's location.

use std::{
    fs::{self, Metadata},
    os::unix::fs::MetadataExt,
    path::Path,
};

use crate::{
    files::{self, SystemGroup, SystemUser},
    keys::key_file::KeyFileError,
};

/// Permissions of all other users: read, write or execute.
const EVERYBODY: u32 = 0o007;
const GROUP_READS: u32 = 0o040;
const GROUP_WRITES: u32 = 0o020;
const OF_A_MOUNT: &str = "its file system is mounted read-only, so set the mode where it is mounted: `defaultMode: 0400` for a secret of Kubernetes (0440 with fsGroup), `mode: 0400` and `uid` for one of Compose";

/// Refuses a file that other users can read or change. If root owns the file (as with mounted
/// secrets), its group may read it when only root and the server's user are members. `server` is
/// that user, if known.
pub fn refuse_strangers(
    path: &Path,
    found: &Metadata,
    server: Option<u32>,
) -> Result<(), KeyFileError> {
    if !files::is_trusted(found) {
        let owner = found.uid();
        return Err(KeyFileError::OfAnother {
            key_file: path.to_owned(),
            owner: SystemUser(owner),
            remedy: if files::own_user() == files::ROOT {
                files::remedy_for_owner(path, owner)
            } else {
                remedy_for_own_reading(path, found, server)
            },
        });
    }
    let mode = found.mode() & 0o777;
    let exposed = |remedy| KeyFileError::Exposed {
        key_file: path.to_owned(),
        mode,
        remedy,
    };
    if mode & (EVERYBODY | GROUP_WRITES) != 0 {
        return Err(exposed(remedy(path, found)));
    }
    if mode & GROUP_READS == 0 {
        return Ok(());
    }
    if found.uid() != files::ROOT {
        // The owner can narrow the permissions.
        return Err(exposed(remedy(path, found)));
    }
    let group = found.gid();
    let others = strangers_in(path, group);
    if others.is_empty() {
        return Ok(());
    }
    Err(KeyFileError::SharedGroup {
        key_file: path.to_owned(),
        group: SystemGroup(group),
        others: others.join(", "),
        remedy: remedy(path, found),
    })
}

/// Returns the members of a group other than root and the server's user.
fn strangers_in(path: &Path, group: u32) -> Vec<String> {
    if group == files::ROOT {
        return Vec::new();
    }
    let members = files::members_of(group);
    if files::own_user() != files::ROOT {
        return members;
    }
    // Root can't know the server's user. A single member counts as that user; a group that also
    // owns the folder is accepted.
    let is_folders = fs::metadata(files::folder_of(path)).is_ok_and(|found| found.gid() == group);
    if members.len() <= 1 || is_folders {
        Vec::new()
    } else {
        members
    }
}

/// Returns the remedy that lets this process read a file of another user, or one with closed
/// permissions. Recommends giving the file to this user only if the server that reads it is known
/// to run as this user, because another server would lose access.
pub fn remedy_for_own_reading(path: &Path, found: &Metadata, server: Option<u32>) -> String {
    let (own, owner) = (files::own_user(), found.uid());
    let of_server = match server {
        _ if owner == own || files::is_read_only(path) => own,
        Some(server) => server,
        None if owner != files::ROOT => owner,
        None => {
            return format!(
                "run this as the server's user; if that is user {own}, run `chown {own} {}` as root",
                path.display(),
                own = SystemUser(own)
            );
        }
    };
    if of_server == own {
        remedy_for_reading(path, found, own)
    } else {
        format!("run this as {}", files::as_user(of_server))
    }
}

/// Returns the remedy that lets a user read a file that is closed to that user, as far as owner and
/// mode tell.
pub fn remedy_for_reading(path: &Path, found: &Metadata, user: u32) -> String {
    let is_closed = found.mode() & 0o400 == 0;
    if files::is_read_only(path) {
        return OF_A_MOUNT.to_owned();
    }
    let file = path.display();
    if found.uid() != user {
        let narrow = if is_closed {
            format!(" and `chmod 400 {file}`")
        } else {
            String::new()
        };
        return format!("as root, run `chown {} {file}`{narrow}", SystemUser(user));
    }
    if is_closed {
        return files::remedy_for_mode(path, "600");
    }
    files::OF_OTHER_RULES.to_owned()
}

fn remedy(path: &Path, found: &Metadata) -> String {
    let own = files::own_user();
    if files::is_read_only(path) {
        return OF_A_MOUNT.to_owned();
    }
    if found.uid() != own {
        let (own, path) = (SystemUser(own), path.display());
        return format!("as root, run `chown {own} {path}` and `chmod 400 {path}`");
    }
    files::remedy_for_mode(path, "600")
}

/// Returns whether the owner of a database can read a file, as far as owner, group and mode tell.
pub fn is_readable_by(database: &Metadata, found: &Metadata) -> bool {
    let (mode, user) = (found.mode(), database.uid());
    let is_member =
        || found.gid() == database.gid() || files::groups_of(user).contains(&found.gid());
    user == files::ROOT
        || (found.uid() == user && mode & 0o400 != 0)
        || mode & 0o004 != 0
        || (mode & GROUP_READS != 0 && is_member())
}

#[cfg(test)]
mod tests {
    use std::{fs::Permissions, os::unix::fs::PermissionsExt};

    use super::*;

    /// Returns a file of this user with that mode, and another user's id.
    fn file(mode: u32) -> (tempfile::NamedTempFile, Metadata, u32) {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::set_permissions(file.path(), Permissions::from_mode(mode)).unwrap();
        let found = file.as_file().metadata().unwrap();
        (file, found, files::own_user() + 1)
    }

    /// Owner and mode allow access, but the open is refused: the cause must be rules that they do
    /// not show.
    #[test]
    fn s20_where_owner_and_mode_let_it_access_lists_are_named() {
        let own = files::own_user();
        let (path, found, _) = file(0o600);
        assert_eq!(
            remedy_for_reading(path.path(), &found, own),
            "owner and mode let it, so look for an access list (`getfacl`), SELinux, AppArmor or the rules of a network share"
        );
        let (path, found, _) = file(0o200);
        let closed = remedy_for_reading(path.path(), &found, own);
        assert!(closed.starts_with("run `chmod 600 "), "{closed}");
    }

    #[test]
    fn s20_a_file_is_given_only_to_the_user_of_the_server() {
        let (path, found, other) = file(0o600);
        let of_server = remedy_for_own_reading(path.path(), &found, Some(other));
        // The file belongs to this user, so no other user has to act.
        assert!(!of_server.contains("run this as"), "{of_server}");
        let given = remedy_for_reading(path.path(), &found, other);
        assert!(
            given.starts_with(&format!("as root, run `chown {} ", SystemUser(other))),
            "{given}"
        );
    }
}
