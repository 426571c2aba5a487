//! One command at a time changes a key file.

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

/// Lets one command at a time change a key file: of two that had read the same one, the later would take the other's key away. It stands
/// for as long as the answer lives, and ends with the process however that ends. `None` while another has it.
pub fn lock(path: &Path, owner: Option<&Metadata>) -> Result<Option<File>, KeyFileError> {
    let file = open_lock(&whole(path)?, owner)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(failed("locking", path)(error)),
    }
}

/// The lock's file belongs to `owner`, so that both root and the server's user can take it.
pub(super) fn open_lock(path: &Path, owner: Option<&Metadata>) -> Result<File, KeyFileError> {
    let lock = beside(path, ".lock");
    // A pipe that nobody reads from would keep the opening waiting.
    let flags = files::no_follow() | files::without_waiting();
    let open = |options: &mut OpenOptions| {
        owner_only(options.append(true).custom_flags(flags)).open(&lock)
    };
    let fails = |error| of_folder("locking", path, error);
    match open(OpenOptions::new().create_new(true)) {
        Ok(file) => {
            if let (Err(_), Some(owner)) = (files::give(&file, owner), owner) {
                // The server's user could not take a lock of root's.
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
            // One that an earlier version left to root. A link to another file of root's is not given away.
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
