//! Lets only one command at a time write a database or a backup, and removes what a killed command
//! left.

use std::{
    fs::{self, File, Metadata, TryLockError},
    io::{self, ErrorKind, Read, Write},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use storage::explained_io;
use thiserror::Error;

use crate::files::{
    beside, folder_of, give, is_taken,
    lock_file::{self, LockFileError},
    named_path::{PathError, WORK_LOCK},
};

/// The ending of a restored database until it replaces the database.
pub const RESTORING: &str = ".restoring";

/// The endings of all working files.
const WORK_FILES: [&str; 2] = [RESTORING, storage::PART];
/// A working file, and the files that `SQLite` keeps beside it.
const WITH_COMPANIONS: [&str; 4] = ["", "-journal", "-wal", "-shm"];
/// The ending of the lock's file.
pub const LOCK: &str = ".lock";
/// So many times the lock's file may vanish under a command that opens it.
const TRIES: u32 = 100;
/// No mark is longer, in bytes.
const LONGEST_MARK: u64 = 32;

/// What a command writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkTarget {
    /// A database that `restore` or `copy` fills.
    Database,
    /// A backup.
    Backup,
}

/// Why a file can't be written now.
#[derive(Debug, Error)]
pub enum WorkError {
    /// Another process writes the database.
    #[error(
        "another command, `twinlock restore` or `twinlock copy`, is writing the database {0}: repeat this when it has ended"
    )]
    DatabaseBusy(PathBuf),
    /// Another process writes the backup.
    #[error("another `twinlock backup` is writing {0}: name another file, or wait for it")]
    BackupBusy(PathBuf),
    /// A file has the name of the lock or of the working file, but no command left it.
    #[error(
        "{0} has a name that this command needs, and no interrupted command left it: move it away, then repeat this"
    )]
    Foreign(PathBuf),
    /// Something that is no file is at the lock's path, or it belongs to another user.
    #[error(transparent)]
    Path(#[from] Box<PathError>),
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
}

/// Locks a file that a command is about to write, until the value is dropped or the process ends.
/// The lock's file names the working file, so that the next command knows what a killed one left.
#[derive(Debug)]
pub struct WorkLock {
    file: File,
    path: PathBuf,
    target: PathBuf,
    /// The ending of the working file, once there may be one.
    work: Option<&'static str>,
}

impl WorkLock {
    /// Locks `target`, and removes the working file of a killed command. A new lock file is given
    /// to `owner`, so that the server's user can lock it too if this command is killed.
    ///
    /// # Errors
    /// While another process holds the lock, and if the lock's file is not one.
    pub fn take(
        kind: WorkTarget,
        target: &Path,
        owner: Option<&Metadata>,
    ) -> Result<Self, WorkError> {
        let path = beside(target, LOCK);
        let fails = failed("locking", target);
        for _ in 0..TRIES {
            let (file, is_new) = match lock_file::open(&path, WORK_LOCK, owner) {
                Ok(opened) => opened,
                Err(LockFileError::Path(error)) => return Err(error.into()),
                // The command that held the lock has ended since, and removed its file.
                Err(LockFileError::Io(error)) if error.kind() == ErrorKind::NotFound => {
                    if fs::metadata(folder_of(&path)).is_ok() {
                        continue;
                    }
                    return Err(fails(error));
                }
                Err(LockFileError::Io(error)) => return Err(fails(error)),
            };
            if is_new && owner.is_some() {
                // Only root can change the owner. Other users keep the file.
                let _ = give(&file, owner);
            }
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(kind.busy(target)),
                Err(TryLockError::Error(error)) => return Err(fails(error)),
            }
            let found = file.metadata().map_err(&fails)?;
            let is_named = fs::symlink_metadata(&path)
                .is_ok_and(|named| (named.dev(), named.ino()) == (found.dev(), found.ino()));
            if !is_named {
                // The command that held the lock removed this file.
                continue;
            }
            let work = match read_mark(&file) {
                // With a second name, the file may be another program's.
                Ok(work) if found.nlink() == 1 => work,
                _ => return Err(WorkError::Foreign(path)),
            };
            let mut lock = Self {
                file,
                path,
                target: target.to_owned(),
                work,
            };
            if let Some(end) = lock.work.take() {
                remove(&beside(target, end))?;
            }
            return Ok(lock);
        }
        Err(kind.busy(target))
    }

    /// Returns the path of the working file, which does not exist. The file and its companions are
    /// removed when the lock is dropped, if they are still there.
    ///
    /// # Errors
    /// If a file has that name: it may be the operator's.
    pub fn work_file(&mut self, end: &'static str) -> Result<PathBuf, WorkError> {
        let path = beside(&self.target, end);
        for companion in WITH_COMPANIONS {
            let path = beside(&path, companion);
            if is_taken(&path).map_err(failed("looking for", &path))? {
                return Err(WorkError::Foreign(path));
            }
        }
        // Written before the working file exists.
        let marked = self.file.set_len(0);
        marked
            .and_then(|()| self.file.write_all(end.as_bytes()))
            .and_then(|()| self.file.sync_all())
            .map_err(failed("writing", &self.path))?;
        self.work = Some(end);
        Ok(path)
    }
}

impl Drop for WorkLock {
    /// Removes the lock's file last and while it is locked, so that no other command can hold it.
    fn drop(&mut self) {
        let removed = self
            .work
            .map_or(Ok(()), |end| remove(&beside(&self.target, end)));
        // A working file that stays is still the command's own.
        if removed.is_ok() {
            let _ = fs::remove_file(&self.path);
        }
    }
}

impl WorkTarget {
    fn busy(self, target: &Path) -> WorkError {
        match self {
            Self::Database => WorkError::DatabaseBusy(target.to_owned()),
            Self::Backup => WorkError::BackupBusy(target.to_owned()),
        }
    }
}

/// Refuses a database that another command is writing. Creates and changes nothing.
///
/// # Errors
/// While another process holds the lock.
pub fn refuse_written(database: &Path) -> Result<(), WorkError> {
    let target = fs::canonicalize(database).unwrap_or_else(|_| database.to_owned());
    let Ok(file) = File::open(beside(&target, LOCK)) else {
        return Ok(());
    };
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => Err(WorkTarget::Database.busy(database)),
        _ => Ok(()),
    }
}

/// Returns the ending of the working file that a lock's file names, if it names one. Fails if the
/// file is not a lock's.
fn read_mark(file: &File) -> io::Result<Option<&'static str>> {
    let mut mark = String::new();
    file.take(LONGEST_MARK).read_to_string(&mut mark)?;
    if mark.is_empty() {
        return Ok(None);
    }
    let known = WORK_FILES.into_iter().find(|end| *end == mark);
    known.map(Some).ok_or(ErrorKind::InvalidData.into())
}

/// Removes a working file and its companions.
fn remove(path: &Path) -> Result<(), WorkError> {
    for companion in WITH_COMPANIONS {
        let path = beside(path, companion);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(failed("removing", &path)(error));
            }
            _ => {}
        }
    }
    Ok(())
}

fn failed(doing: &'static str, path: &Path) -> impl Fn(io::Error) -> WorkError {
    let path = path.to_owned();
    move |source| WorkError::Io {
        doing,
        path: path.clone(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use std::fs::OpenOptions;

    use tempfile::TempDir;

    use super::*;

    fn folder() -> (TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a.db");
        (folder, target)
    }

    fn take(target: &Path) -> Result<WorkLock, WorkError> {
        WorkLock::take(WorkTarget::Database, target, None)
    }

    fn names(folder: &TempDir) -> Vec<String> {
        let names = fs::read_dir(folder.path()).unwrap();
        let names = names.map(|name| name.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }

    #[test]
    fn one_holds_it_and_nothing_is_left_when_it_ends() {
        let (folder, target) = folder();
        let mut lock = take(&target).unwrap();
        let second = take(&target).unwrap_err();
        assert!(matches!(second, WorkError::DatabaseBusy(_)), "{second}");
        refuse_written(&target).unwrap_err();
        take(&folder.path().join("b.db")).unwrap();
        let work = lock.work_file(RESTORING).unwrap();
        fs::write(&work, "half").unwrap();
        fs::write(beside(&work, "-journal"), "half").unwrap();
        drop(lock);
        assert_eq!(names(&folder), Vec::<String>::new());
        refuse_written(&target).unwrap();
        take(&target).unwrap();
    }

    #[test]
    fn what_a_killed_command_left_is_removed() {
        let (folder, target) = folder();
        for end in WORK_FILES {
            fs::write(beside(&target, LOCK), end).unwrap();
            for companion in WITH_COMPANIONS {
                fs::write(beside(&beside(&target, end), companion), "half").unwrap();
            }
            refuse_written(&target).unwrap();
            let mut lock = take(&target).unwrap();
            assert_eq!(names(&folder), ["a.db.lock"]);
            lock.work_file(RESTORING).unwrap();
        }
        assert_eq!(names(&folder), Vec::<String>::new());
    }

    /// A file of the operator may have one of the names.
    #[test]
    fn what_no_command_left_stays() {
        let (folder, target) = folder();
        for (name, content) in [
            ("a.db.restoring", "mine"),
            ("a.db.restoring-wal", "mine"),
            ("a.db.lock", "mine"),
            (
                "a.db.lock",
                "a file that is longer than every mark of a command",
            ),
        ] {
            let path = folder.path().join(name);
            fs::write(&path, content).unwrap();
            let refused = take(&target).and_then(|mut lock| lock.work_file(RESTORING));
            let refused = refused.unwrap_err();
            assert!(
                matches!(&refused, WorkError::Foreign(found) if *found == path),
                "{refused}"
            );
            assert_eq!(names(&folder), [name]);
            assert_eq!(fs::read_to_string(&path).unwrap(), content);
            fs::remove_file(&path).unwrap();
        }
        // A second name of another file.
        fs::write(folder.path().join("b"), "").unwrap();
        fs::hard_link(folder.path().join("b"), beside(&target, LOCK)).unwrap();
        assert!(matches!(take(&target), Err(WorkError::Foreign(_))));
        assert_eq!(names(&folder), ["a.db.lock", "b"]);
    }

    /// A command may open the lock's file just before its holder removes it.
    #[test]
    fn a_lock_on_a_removed_file_counts_for_nothing() {
        let (_folder, target) = folder();
        let first = take(&target).unwrap();
        let opened = OpenOptions::new().append(true).open(beside(&target, LOCK));
        let removed = opened.unwrap();
        drop(first);
        removed.try_lock().unwrap();
        take(&target).unwrap();
    }
}
