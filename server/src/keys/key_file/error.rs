//! Errors of the key file: the file, the cause, and the remedy.

use std::{io, path::PathBuf};

use domain::{ports::PortError, secrets::vault::KeyId};
use storage::explained_io;
use thiserror::Error;

use crate::{
    config::DatabaseLocation,
    files::{self, SystemGroup, SystemUser, named_path::PathError},
};

/// Why there is no usable key.
#[derive(Debug, Error)]
pub enum KeyFileError {
    /// The database exists, but its key file does not.
    #[error(
        "the database {database} is there, but its key file {key_file} is not: copy the key file back from where you keep it, or name it with TWINLOCK_KEY_FILE"
    )]
    Missing {
        /// The database.
        database: DatabaseLocation,
        /// The key file.
        key_file: PathBuf,
    },
    /// The database is on a database server, and this machine has no key file.
    #[error(
        "there is no key file {key_file} for the database {database}: copy it from a machine that runs a server on this database, or, if the database is new, make it with `twinlock key new`"
    )]
    NotCopied {
        /// The database.
        database: DatabaseLocation,
        /// The key file.
        key_file: PathBuf,
    },
    /// The file's path can't be used, or something else is there.
    #[error(transparent)]
    Path(#[from] Box<PathError>),
    /// Other users may read the file.
    #[error("the key file {key_file} can be read by others (mode {mode:04o}): {remedy}")]
    Exposed {
        /// The key file.
        key_file: PathBuf,
        /// Its permissions.
        mode: u32,
        /// The remedy where the file is.
        remedy: String,
    },
    /// A group with other members may read the file.
    #[error(
        "the key file {key_file} can be read by the group {group}, which has other members ({others}): {remedy}"
    )]
    SharedGroup {
        /// The key file.
        key_file: PathBuf,
        /// The group.
        group: SystemGroup,
        /// Some of its members.
        others: String,
        /// The remedy where the file is.
        remedy: String,
    },
    /// Another user owns the file and can change it.
    #[error("the key file {key_file} belongs to user {owner}, who can change it: {remedy}")]
    OfAnother {
        /// The key file.
        key_file: PathBuf,
        /// The file's owner.
        owner: SystemUser,
        /// The remedy for this process.
        remedy: String,
    },
    /// The file exists, but this user may not read it.
    #[error(
        "the key file {key_file} can't be read by user {own}: it belongs to user {owner} (mode {mode:04o}); {remedy}"
    )]
    Unreadable {
        /// The key file.
        key_file: PathBuf,
        /// The file's owner.
        owner: SystemUser,
        /// Its permissions.
        mode: u32,
        /// The user of this process.
        own: SystemUser,
        /// The remedy that lets this process read the file.
        remedy: String,
    },
    /// The database's owner, and so the server's user, may not read the file.
    #[error(
        "the key file {key_file} can't be read by user {user}, to whom the database {database} belongs: a server of that user would not learn of another key; {remedy}, then repeat this as that user"
    )]
    ServerCannotRead {
        /// The key file.
        key_file: PathBuf,
        /// The database.
        database: DatabaseLocation,
        /// The database's owner.
        user: SystemUser,
        /// The remedy that lets that user read the file.
        remedy: String,
    },
    /// The replacement file would belong to another user.
    #[error(
        "the key file {key_file} belongs to user {owner} and group {group}, which user {own} can't give to the file that takes its place: run this as {}",
        files::as_user(.owner.0)
    )]
    NotKept {
        /// The key file.
        key_file: PathBuf,
        /// The file's owner.
        owner: SystemUser,
        /// The file's group.
        group: SystemGroup,
        /// The user of this process.
        own: SystemUser,
    },
    /// No file can be created next to the key file.
    #[error(
        "the key file's folder {folder} can't be written by user {own} ({source}): copy {key_file} into a folder that can be, run this there with TWINLOCK_KEY_FILE, and put the changed file back to where {key_file} comes from"
    )]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// The key file.
        key_file: PathBuf,
        /// The user of this process.
        own: SystemUser,
        /// The system's error.
        source: io::Error,
    },
    /// The mount does not let another file take the name.
    #[error(
        "the key file {key_file} is mounted as a single file, so that no other can take its place: mount its folder, not the file"
    )]
    Mounted {
        /// The key file.
        key_file: PathBuf,
    },
    /// The file system would let every user read the file.
    #[error(
        "the file system of {folder} keeps no permissions (mode {mode:04o} of a new file), so that others could read the key file: name one on another file system with TWINLOCK_KEY_FILE, or mount this one with `umask=077` for user {own}"
    )]
    NoPermissions {
        /// The folder.
        folder: PathBuf,
        /// The mode that the file system gives a file meant for its owner alone.
        mode: u32,
        /// The user of this process.
        own: SystemUser,
    },
    /// The file's content is not a key file.
    #[error(
        "{key_file} is not a key file: it should hold one line per key, an id and a key with a colon between; put the right file there, or name it with TWINLOCK_KEY_FILE"
    )]
    Malformed {
        /// The key file.
        key_file: PathBuf,
    },
    /// The file belongs to another database, or is another copy of the right one.
    #[error(
        "the key file {key_file} does not belong to the database {database}: {}name the right one with TWINLOCK_KEY_FILE", copy_with(.key.as_ref())
    )]
    Foreign {
        /// The database.
        database: DatabaseLocation,
        /// The key file.
        key_file: PathBuf,
        /// The key that the database needs, if the database names it.
        key: Option<KeyId>,
    },
    /// Rows need a key that the file does not hold.
    #[error(
        "the key file {key_file} lacks the key {key}, by which rows of the database {database} are sealed: put the line that begins with `{key}:` back from where you keep the key file"
    )]
    Lacks {
        /// The database.
        database: DatabaseLocation,
        /// The key file.
        key_file: PathBuf,
        /// The first key that is missing.
        key: KeyId,
    },
    /// The data keys in the database do not open with the key file.
    #[error(
        "the keys that the database {database} holds do not open with the key file {key_file}: one of the two was changed; put both back from one backup"
    )]
    Damaged {
        /// The database.
        database: DatabaseLocation,
        /// The key file.
        key_file: PathBuf,
    },
    /// The file system returned an error.
    #[error("{doing} {path}: {}", explained_io(source))]
    Io {
        /// The action that failed.
        doing: &'static str,
        /// The file concerned.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The system gives no random bytes.
    #[error("the system gives no random bytes for a new key: {0}")]
    Entropy(#[source] PortError),
}

/// Names the copy to restore: `twinlock key` leaves several copies of a key file, and a backup of
/// the database needs the copy of its time.
fn copy_with(key: Option<&KeyId>) -> String {
    key.map_or_else(String::new, |key| {
        format!(
            "it has no key `{key}`; put the copy of the key file back that has a line `{key}:`, or "
        )
    })
}
