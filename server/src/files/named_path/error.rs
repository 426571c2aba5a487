//! Errors about a named path: each is one sentence with its remedy.

use std::{io, path::PathBuf};

use storage::explained_io;
use thiserror::Error;

use crate::files::SystemUser;

/// Why a file can't be used or created at its path.
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
        /// The remedy.
        remedy: String,
    },
    /// A file is where a folder should be.
    #[error("{what} {path} can't exist, because {folder} is not a folder: {remedy}")]
    NotAFolder {
        /// The file that should be a folder.
        folder: PathBuf,
        /// What the file is for.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// The remedy.
        remedy: String,
    },
    /// A symbolic link is dangling.
    #[error(
        "{what} {path} can't be used, because the link {link} leads to {target}, which does not exist: put it back, or {remedy}"
    )]
    BrokenLink {
        /// The link.
        link: PathBuf,
        /// The link's target.
        target: PathBuf,
        /// What the file is for.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// The remedy.
        remedy: String,
    },
    /// Symbolic links form a circle.
    #[error("{what} {path} can't be used, because links lead in a circle there: {remedy}")]
    Circle {
        /// What the file is for.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// The remedy.
        remedy: String,
    },
    /// The path is a folder, a pipe, a socket or a device.
    #[error("{what} {path} is {kind} and no regular file: {remedy}")]
    NotAFile {
        /// What the path is instead of a file.
        kind: &'static str,
        /// What the file is for.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// The remedy.
        remedy: String,
    },
    /// The name is longer than the file system allows.
    #[error("the name of {what} is longer than the file system allows: {remedy}")]
    TooLong {
        /// What the file is for.
        what: &'static str,
        /// The remedy.
        remedy: String,
    },
    /// This user may not enter a folder of the path.
    #[error(
        "{what} {path} can't be reached by user {own}, because the folder {folder} belongs to user {owner} (mode {mode:04o}): {remedy}"
    )]
    Closed {
        /// The folder.
        folder: PathBuf,
        /// The folder's owner.
        owner: SystemUser,
        /// The folder's permissions.
        mode: u32,
        /// What the file is for.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// The user of this process.
        own: SystemUser,
        /// The remedy.
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
        /// What this process wants to do with the file.
        done: &'static str,
        /// The file's owner.
        owner: SystemUser,
        /// The file's permissions.
        mode: u32,
        /// The user of this process.
        own: SystemUser,
        /// The remedy.
        remedy: String,
    },
    /// This user may not create a file in the folder.
    #[error("{what} {path} {purpose}, and user {own} can't write in the folder {folder}: {remedy}")]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the file is for.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why a file has to be created there.
        purpose: &'static str,
        /// The user of this process.
        own: SystemUser,
        /// The remedy.
        remedy: String,
    },
    /// The system refused the check for another reason.
    #[error("{what} {path} can't be looked at: {}", explained_io(source))]
    Io {
        /// What the file is for.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
}
