//! Lets only one command at a time change a key file.

use std::{
    fs::{self, File, Metadata, OpenOptions, TryLockError},
    io::ErrorKind,
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use crate::{
    files::{self, beside, named_path::KEY_LOCK},
    keys::key_file::{KeyFileError, failed, not_kept, of_folder, owner_only, whole},
};

/// Locks a key file for one command: if two commands had read the same file, the later write would
/// lose the other's key. The lock is held while the returned file is open, and ends with the
/// process in any case. Returns `None` while another process holds it.
pub fn lock(path: &Path, owner: Option<&Metadata>) -> Result<Option<File>, KeyFileError> {
    let file = open_lock(&whole(path)?, owner)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(failed("locking", path)(error)),
    }
}

/// Opens the lock file, which belongs to `owner`, so that both root and the server's user can lock
/// it.
pub(super) fn open_lock(path: &Path, owner: Option<&Metadata>) -> Result<File, KeyFileError> {
    let lock = beside(path, ".lock");
    // Opening a pipe without a reader would block.
    let flags = files::no_follow() | files::without_waiting();
    let open = |options: &mut OpenOptions| {
        owner_only(options.append(true).custom_flags(flags)).open(&lock)
    };
    let fails = |error| of_folder("locking", path, error);
    match open(OpenOptions::new().create_new(true)) {
        Ok(file) => {
            if let (Err(_), Some(owner)) = (files::give(&file, owner), owner) {
                // The server's user could not lock a file that belongs to root.
                let _ = fs::remove_file(&lock);
                return Err(not_kept(path, owner));
            }
            Ok(file)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let found = KEY_LOCK.look_beside(&lock)?;
            let file = match (open(&mut OpenOptions::new()), found) {
                (Err(error), Some(found)) => {
                    KEY_LOCK.refuse_unwritable(&lock, &found)?;
                    return Err(fails(error));
                }
                (opened, _) => opened.map_err(fails)?,
            };
            // An earlier version left this file to root. A link to another file of root's is not
            // given away.
            if file
                .metadata()
                .is_ok_and(|found| files::is_own_and_empty(&found))
            {
                let _ = files::give(&file, owner);
            }
            Ok(file)
        }
        Err(error) => Err(fails(error)),
    }
}
