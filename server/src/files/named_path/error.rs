//! What stands in a file's way where it is named: each one sentence, with what to do about it.

use std::{io, path::PathBuf};

use storage::explained_io;
use thiserror::Error;

use crate::files::User;

/// Why a file can't be used or made where it is named.
#[derive(Debug, Error)]
pub enum PathError {
    /// The folder does not exist.
    #[error("the folder {folder} for {what} {path} does not exist: {remedy}")]
    NoFolder {
        /// The folder.
        folder: PathBuf,
        /// What the file is for.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What mends it.
        remedy: String,
    },
    /// A file stands where a folder should.
    #[error("{what} {path} can't exist, because {folder} is no folder: {remedy}")]
    NotAFolder {
        /// What stands there.
        folder: PathBuf,
        /// What the file is for.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What mends it.
        remedy: String,
    },
    /// A symbolic link leads to nothing.
    #[error(
        "{what} {path} can't be used, because the link {link} leads to {target}, which does not exist: put it back, or {remedy}"
    )]
    BrokenLink {
        /// The link.
        link: PathBuf,
        /// Where it leads to.
        target: PathBuf,
        /// What the file is for.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What mends it.
        remedy: String,
    },
    /// Symbolic links lead to each other.
    #[error("{what} {path} can't be used, because links lead in a circle there: {remedy}")]
    Circle {
        /// What the file is for.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What mends it.
        remedy: String,
    },
    /// A folder, a pipe, a socket or a device.
    #[error("{what} {path} is {kind} and no regular file: {remedy}")]
    NotAFile {
        /// What stands there.
        kind: &'static str,
        /// What the file is for.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What mends it.
        remedy: String,
    },
    /// The name is longer than the file system allows.
    #[error("the name of {what} is longer than the file system allows: {remedy}")]
    TooLong {
        /// What the file is for.
        what: &'static str,
        /// What mends it.
        remedy: String,
    },
    /// This user may not enter a folder on the way.
    #[error(
        "{what} {path} can't be reached by user {own}, because the folder {folder} belongs to user {owner} (mode {mode:04o}): {remedy}"
    )]
    Closed {
        /// The folder.
        folder: PathBuf,
        /// Whose it is.
        owner: User,
        /// Its permissions.
        mode: u32,
        /// What the file is for.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Who this process is.
        own: User,
        /// What mends it.
        remedy: String,
    },
    /// This user may not read or write the file.
    #[error(
        "{what} {path} can't be {done} by user {own}: it belongs to user {owner} (mode {mode:04o}); {remedy}"
    )]
    Forbidden {
        /// What the file is for.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What this process wants to do with it.
        done: &'static str,
        /// Whose it is.
        owner: User,
        /// Its permissions.
        mode: u32,
        /// Who this process is.
        own: User,
        /// What mends it.
        remedy: String,
    },
    /// This user may make no file there.
    #[error("{what} {path} {purpose}, and user {own} can't write in the folder {folder}: {remedy}")]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the file is for.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why something has to be made there.
        purpose: &'static str,
        /// Who this process is.
        own: User,
        /// What mends it.
        remedy: String,
    },
    /// The system refused the look for another reason.
    #[error("{what} {path} can't be looked at: {}", explained_io(source))]
    Io {
        /// What the file is for.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}
