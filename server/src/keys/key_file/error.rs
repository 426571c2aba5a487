//! Why there is no usable key: the file, the cause, and what to do there.

use std::{io, path::PathBuf};

use domain::{ports::PortError, secrets::vault::KeyId};
use storage::explained_io;
use thiserror::Error;

use crate::{
    config::DatabaseLocation,
    files::{self, Group, User, named_path::PathError},
};

/// Why there is no usable key.
#[derive(Debug, Error)]
pub enum KeyFileError {
    /// The database exists, its key file does not.
    #[error(
        "the database {database} is there, but its key file {key_file} is not: copy the key file back from where you keep it, or name it with TWINLOCK_KEY_FILE"
    )]
    Missing {
        /// The database.
        database: DatabaseLocation,
        /// The key file.
        key_file: PathBuf,
    },
    /// A server's database, and no key file on this machine.
    #[error(
        "there is no key file {key_file} for the database {database}: copy it from a machine that runs a server on this database, or, if the database is new, make it with `twinlock key new`"
    )]
    NotCopied {
        /// The database.
        database: DatabaseLocation,
        /// The key file.
        key_file: PathBuf,
    },
    /// Something stands in its way, or in its place.
    #[error(transparent)]
    Path(#[from] Box<PathError>),
    /// Others may read it.
    #[error("the key file {key_file} can be read by others (mode {mode:04o}): {remedy}")]
    Exposed {
        /// The key file.
        key_file: PathBuf,
        /// Its permissions.
        mode: u32,
        /// What mends it where it lies.
        remedy: String,
    },
    /// A group may read it that has other members.
    #[error(
        "the key file {key_file} can be read by the group {group}, which has other members ({others}): {remedy}"
    )]
    SharedGroup {
        /// The key file.
        key_file: PathBuf,
        /// The group.
        group: Group,
        /// Some of its members.
        others: String,
        /// What mends it where it lies.
        remedy: String,
    },
    /// Another user can change it.
    #[error("the key file {key_file} belongs to user {owner}, who can change it: {remedy}")]
    OfAnother {
        /// The key file.
        key_file: PathBuf,
        /// Whose it is.
        owner: User,
        /// What mends it for this process.
        remedy: String,
    },
    /// It is there, and this user may not read it.
    #[error(
        "the key file {key_file} can't be read by user {own}: it belongs to user {owner} (mode {mode:04o}); {remedy}"
    )]
    Unreadable {
        /// The key file.
        key_file: PathBuf,
        /// Whose it is.
        owner: User,
        /// Its permissions.
        mode: u32,
        /// Who this process is.
        own: User,
        /// What lets this process read it.
        remedy: String,
    },
    /// The user whose database it is, and so whose server it is, may not read it.
    #[error(
        "the key file {key_file} can't be read by user {user}, to whom the database {database} belongs: a server of that user would not learn of another key; {remedy}, then repeat this as that user"
    )]
    ServerCannotRead {
        /// The key file.
        key_file: PathBuf,
        /// The database.
        database: DatabaseLocation,
        /// Whose the database is.
        user: User,
        /// What lets that user read it.
        remedy: String,
    },
    /// The file that takes its place would belong to another user.
    #[error(
        "the key file {key_file} belongs to user {owner} and group {group}, which user {own} can't give to the file that takes its place: run this as {}",
        files::as_user(.owner.0)
    )]
    NotKept {
        /// The key file.
        key_file: PathBuf,
        /// Whose it is.
        owner: User,
        /// Its group.
        group: Group,
        /// Who this process is.
        own: User,
    },
    /// Nothing can be made beside it.
    #[error(
        "the key file's folder {folder} can't be written by user {own} ({source}): copy {key_file} into a folder that can be, run this there with TWINLOCK_KEY_FILE, and put the changed file back to where {key_file} comes from"
    )]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// The key file.
        key_file: PathBuf,
        /// Who this process is.
        own: User,
        /// What the system said.
        source: io::Error,
    },
    /// The name can't be given to another file.
    #[error(
        "the key file {key_file} is mounted as a single file, so that no other can take its place: mount its folder, not the file"
    )]
    Mounted {
        /// The key file.
        key_file: PathBuf,
    },
    /// Everybody could read it there.
    #[error(
        "the file system of {folder} keeps no permissions (mode {mode:04o} of a new file), so that others could read the key file: name one on another file system with TWINLOCK_KEY_FILE, or mount this one with `umask=077` for user {own}"
    )]
    NoPermissions {
        /// The folder.
        folder: PathBuf,
        /// What it makes of a file for its owner alone.
        mode: u32,
        /// Who this process is.
        own: User,
    },
    /// It holds something else.
    #[error(
        "{key_file} is no key file: it should hold a line a key, an id and a key with a colon between; put the right file there, or name it with TWINLOCK_KEY_FILE"
    )]
    Malformed {
        /// The key file.
        key_file: PathBuf,
    },
    /// It is another database's, or another copy of the right one.
    #[error(
        "the key file {key_file} does not belong to the database {database}: {}name the right one with TWINLOCK_KEY_FILE", copy_with(.key.as_ref())
    )]
    Foreign {
        /// The database.
        database: DatabaseLocation,
        /// The key file.
        key_file: PathBuf,
        /// The key that the database needs, if it says so.
        key: Option<KeyId>,
    },
    /// Rows need a key that it does not hold.
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
    /// What the database keeps under its key does not open.
    #[error(
        "the keys that the database {database} holds do not open with the key file {key_file}: one of the two was changed; put both back from one backup"
    )]
    Damaged {
        /// The database.
        database: DatabaseLocation,
        /// The key file.
        key_file: PathBuf,
    },
    /// The file system said no.
    #[error("{doing} {path}: {}", explained_io(source))]
    Io {
        /// What was tried.
        doing: &'static str,
        /// With which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// No random bytes.
    #[error("the system gives no random bytes for a new key: {0}")]
    Entropy(#[source] PortError),
}

/// `twinlock key` leaves several copies of a key file, and a backup of the database needs the one of its time.
fn copy_with(key: Option<&KeyId>) -> String {
    key.map_or_else(String::new, |key| {
        format!(
            "it has no key `{key}`; put the copy of the key file back that has a line `{key}:`, or "
        )
    })
}
