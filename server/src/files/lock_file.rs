//! Opens the lock file beside a file that only one command at a time may change.

use std::{
    fs::{File, Metadata, OpenOptions},
    io::{self, ErrorKind},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use crate::files::{
    self,
    named_path::{FilePurpose, PathError},
};

/// Why a lock file can't be opened.
#[derive(Debug)]
pub enum LockFileError {
    /// Something else is at its path, or it belongs to another user.
    Path(Box<PathError>),
    /// The file system returned an error.
    Io(io::Error),
}

/// Opens a lock file for reading and appending, and creates it if it is missing, readable by its
/// owner alone. Also returns whether the file is new. An empty file that root left is given to
/// `owner`, so that the server's user can lock it too.
pub fn open(
    lock: &Path,
    purpose: FilePurpose,
    owner: Option<&Metadata>,
) -> Result<(File, bool), LockFileError> {
    // Opening a pipe without a reader would block.
    let flags = files::no_follow() | files::without_waiting();
    let open = |options: &mut OpenOptions| {
        let options = options.read(true).append(true).mode(0o600);
        options.custom_flags(flags).open(lock)
    };
    match open(OpenOptions::new().create_new(true)) {
        Ok(file) => Ok((file, true)),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let found = purpose.look_beside(lock).map_err(LockFileError::Path)?;
            let file = match (open(&mut OpenOptions::new()), found) {
                (Err(error), Some(found)) => {
                    let unwritable = purpose.refuse_unwritable(lock, &found);
                    unwritable.map_err(LockFileError::Path)?;
                    return Err(LockFileError::Io(error));
                }
                (opened, _) => opened.map_err(LockFileError::Io)?,
            };
            // An earlier version left this file to root. A link to another file of root's is not
            // given away.
            if file
                .metadata()
                .is_ok_and(|found| files::is_own_and_empty(&found))
            {
                let _ = files::give(&file, owner);
            }
            Ok((file, false))
        }
        Err(error) => Err(LockFileError::Io(error)),
    }
}
