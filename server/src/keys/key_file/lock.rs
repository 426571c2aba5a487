//! Lets only one command at a time change a key file.

use std::{
    fs::{self, File, Metadata, TryLockError},
    path::Path,
};

use crate::{
    files::{
        self, beside,
        lock_file::{self, LockFileError},
        named_path::KEY_LOCK,
    },
    keys::key_file::{KeyFileError, failed, not_kept, of_folder, whole},
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
    match lock_file::open(&lock, KEY_LOCK, owner) {
        Ok((file, true)) => {
            if let (Err(_), Some(owner)) = (files::give(&file, owner), owner) {
                // The server's user could not lock a file that belongs to root.
                let _ = fs::remove_file(&lock);
                return Err(not_kept(path, owner));
            }
            Ok(file)
        }
        Ok((file, false)) => Ok(file),
        Err(LockFileError::Path(error)) => Err(error.into()),
        Err(LockFileError::Io(error)) => Err(of_folder("locking", path, error)),
    }
}
