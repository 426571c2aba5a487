//! Checks a path from a setting or an argument before anything is opened or created. If it is not a
//! regular file, the error is one sentence with its remedy.

mod error;
mod links;

use std::{
    env,
    fs::{self, FileType, Metadata},
    io::{self, ErrorKind},
    os::unix::fs::{FileTypeExt, MetadataExt},
    path::{Path, PathBuf},
};

use crate::files::{self, SystemUser, folder_of};
use rustix::{
    fs::{Access, AtFlags, CWD, accessat},
    io::Errno,
};

pub use error::PathError;

/// The owner may read, write and enter.
const OWNER_ALL: u32 = 0o700;

/// The purpose of a file, and how to name another one.
#[derive(Debug, Clone, Copy)]
pub struct FilePurpose {
    what: &'static str,
    /// The remedy, as the end of a sentence.
    instead: &'static str,
    /// An example file name, for the case that a folder is named.
    example: &'static str,
    /// Whether the file may be created, and so its folder too.
    is_made: bool,
}

/// Why a file has to be created in the folder: the file itself is missing.
pub const NOT_THERE_YET: &str = "does not exist yet";
/// Why a file has to be created in a database's folder.
pub const JOURNAL: &str = "can't be opened: its journal must be beside it";

/// A database that must exist.
pub const DATABASE: FilePurpose = FilePurpose {
    what: "the database",
    instead: "name the database file itself with TWINLOCK_DATABASE_URL",
    example: "twinlock.db",
    is_made: false,
};
/// A database that may be created.
pub const NEW_DATABASE: FilePurpose =
    DATABASE.to_be_made("name another file with TWINLOCK_DATABASE_URL");
/// A key file that must exist.
pub const KEY_FILE: FilePurpose = FilePurpose {
    what: "the key file",
    instead: "name the key file itself with TWINLOCK_KEY_FILE",
    example: "twinlock.db.key",
    is_made: false,
};
/// A key file that will be created.
pub const NEW_KEY_FILE: FilePurpose = FilePurpose {
    what: "the key file",
    instead: "name another file with TWINLOCK_KEY_FILE",
    example: "twinlock.db.key",
    is_made: true,
};
/// The lock beside the key file, which lets only one command at a time change it.
pub const KEY_LOCK: FilePurpose = FilePurpose {
    what: "the lock of the key file",
    instead: "take it away, then repeat this",
    example: "",
    is_made: true,
};
/// The lock beside a database or a backup, which lets only one command at a time write it.
pub const WORK_LOCK: FilePurpose = FilePurpose {
    what: "the lock",
    ..KEY_LOCK
};
/// The temporary file beside the key file, before it is renamed to the key file.
pub const UNNAMED_KEY_FILE: FilePurpose = FilePurpose {
    what: "the new key file",
    ..KEY_LOCK
};
/// The files that `SQLite` keeps beside a database.
pub const DATABASE_JOURNAL: FilePurpose = FilePurpose {
    what: "the database's journal",
    ..KEY_LOCK
};
/// A backup to read.
pub const BACKUP: FilePurpose = FilePurpose {
    what: "the backup",
    instead: "name the file that `twinlock backup` wrote",
    example: "twinlock-backup.db",
    is_made: false,
};
/// A backup to write.
pub const NEW_BACKUP: FilePurpose = BACKUP.to_be_made("name another file");
/// The operator's logo.
pub const LOGO: FilePurpose = FilePurpose {
    what: "the logo",
    instead: "use an SVG or PNG file of at most 64 KiB",
    example: "logo.svg",
    is_made: false,
};

impl FilePurpose {
    /// Returns the same purpose for a file that may be created; `instead` is the remedy if that
    /// fails.
    const fn to_be_made(self, instead: &'static str) -> Self {
        Self {
            instead,
            is_made: true,
            ..self
        }
    }

    /// Checks what is at a path: a regular file, or nothing in an existing folder. Links are
    /// followed.
    ///
    /// # Errors
    /// Anything else at the path, or an obstacle on the way.
    pub fn look(self, path: &Path) -> Result<Option<Metadata>, Box<PathError>> {
        match fs::metadata(path) {
            Ok(found) if found.is_file() => Ok(Some(found)),
            Ok(found) => Err(self.not_a_file(path, found.file_type())),
            Err(error) => {
                let explained = self.explained(path, error).map(Box::new);
                explained.map_or(Ok(None), Err)
            }
        }
    }

    /// Checks the path of a file beside another one, where a link is not accepted.
    ///
    /// # Errors
    /// Anything that is not a regular file.
    pub fn look_beside(self, path: &Path) -> Result<Option<Metadata>, Box<PathError>> {
        match fs::symlink_metadata(path) {
            Ok(found) if found.is_file() => Ok(Some(found)),
            Ok(found) => Err(Box::new(PathError::NotAFile {
                kind: kind_of(found.file_type()),
                what: self.what,
                path: path.to_owned(),
                remedy: self.instead.to_owned(),
            })),
            // Other errors are reported in more detail when the file is opened.
            Err(_) => Ok(None),
        }
    }

    /// Returns the error for a path that leads to no regular file.
    pub fn not_a_file(self, path: &Path, found: FileType) -> Box<PathError> {
        let remedy = if found.is_dir() {
            let example = path.join(self.example);
            format!("{}, such as {}", self.instead, example.display())
        } else {
            self.instead.to_owned()
        };
        Box::new(PathError::NotAFile {
            kind: kind_of(found),
            what: self.what,
            path: path.to_owned(),
            remedy,
        })
    }

    /// Explains why nothing was found. Returns `None` if the folder exists without such a file.
    fn explained(self, path: &Path, error: io::Error) -> Option<PathError> {
        let (what, path) = (self.what, path.to_owned());
        let remedy = self.instead.to_owned();
        Some(match error.kind() {
            ErrorKind::NotFound => return self.absent(&path),
            ErrorKind::NotADirectory => PathError::NotAFolder {
                folder: nearest(&path),
                what,
                path,
                remedy,
            },
            ErrorKind::PermissionDenied => self.closed(path),
            ErrorKind::InvalidFilename => PathError::TooLong { what, remedy },
            _ if Errno::from_io_error(&error) == Some(Errno::LOOP) => {
                PathError::Circle { what, path, remedy }
            }
            _ => PathError::Io {
                what,
                path,
                source: error,
            },
        })
    }

    fn absent(self, path: &Path) -> Option<PathError> {
        let what = self.what;
        if let Some((link, target)) = links::broken(path) {
            return Some(PathError::BrokenLink {
                link,
                target,
                what,
                path: path.to_owned(),
                remedy: self.instead.to_owned(),
            });
        }
        let folder = folder_of(path);
        if fs::metadata(folder).is_ok() {
            return None;
        }
        let remedy = if self.is_made {
            format!(
                "make it (`mkdir -p {}`), or {}",
                folder.display(),
                self.instead
            )
        } else {
            self.instead.to_owned()
        };
        Some(PathError::NoFolder {
            folder: folder.to_owned(),
            what,
            path: path.to_owned(),
            remedy,
        })
    }

    fn closed(self, path: PathBuf) -> PathError {
        let folder = nearest(&path);
        let found = fs::metadata(&folder);
        let (owner, mode) = found.map_or((files::ROOT, 0), |found| (found.uid(), found.mode()));
        let own = files::own_user();
        let remedy = if owner == own {
            files::remedy_for_mode(&folder, "700")
        } else if owner == files::ROOT && self.is_made {
            format!("{} in a folder of user {}", self.instead, SystemUser(own))
        } else {
            format!("run this as {}", files::as_user(owner))
        };
        PathError::Closed {
            folder: shown(&folder),
            owner: SystemUser(owner),
            mode: mode & 0o7777,
            what: self.what,
            path,
            own: SystemUser(own),
            remedy,
        }
    }

    /// Refuses a file that this process may not read.
    pub fn refuse_unreadable(self, path: &Path, found: &Metadata) -> Result<(), Box<PathError>> {
        self.refuse_closed(path, found, Access::READ_OK, "read")
    }

    /// Refuses a file that this process may not both read and write.
    pub fn refuse_unwritable(self, path: &Path, found: &Metadata) -> Result<(), Box<PathError>> {
        let access = Access::READ_OK | Access::WRITE_OK;
        self.refuse_closed(path, found, access, "read and written")
    }

    fn refuse_closed(
        self,
        path: &Path,
        found: &Metadata,
        access: Access,
        done: &'static str,
    ) -> Result<(), Box<PathError>> {
        if is_allowed(path, access) != Err(Errno::ACCESS) {
            return Ok(());
        }
        let (own, owner) = (files::own_user(), found.uid());
        let folder = fs::metadata(folder_of(path)).ok();
        let is_own_folder = folder.is_some_and(|folder| folder.uid() == own);
        let remedy = if owner == own {
            files::remedy_for_mode(path, "600")
        } else if owner == files::ROOT && is_own_folder {
            format!(
                "run this as {} if the server runs as root; if it runs as user {own}, whose folder it is, root has to give the file back (`chown {own} {}`)",
                files::as_user(owner),
                path.display(),
                own = SystemUser(own)
            )
        } else {
            format!("run this as {}", files::as_user(owner))
        };
        Err(Box::new(PathError::Forbidden {
            what: self.what,
            path: path.to_owned(),
            done,
            owner: SystemUser(owner),
            mode: found.mode() & 0o777,
            own: SystemUser(own),
            remedy,
        }))
    }

    /// Refuses a folder in which this process may not create files. `purpose` follows the file's
    /// name in the message.
    pub fn refuse_closed_folder(
        self,
        path: &Path,
        purpose: &'static str,
    ) -> Result<(), Box<PathError>> {
        let access = Access::WRITE_OK | Access::EXEC_OK;
        match is_allowed(folder_of(path), access) {
            Err(Errno::ACCESS | Errno::ROFS) => Err(self.closed_folder(path, purpose)),
            _ => Ok(()),
        }
    }

    /// Returns the error for a folder in which this process may not create files.
    pub fn closed_folder(self, path: &Path, purpose: &'static str) -> Box<PathError> {
        let folder = folder_of(path);
        Box::new(PathError::Folder {
            remedy: self.remedy_for_folder(folder, purpose),
            folder: shown(folder),
            what: self.what,
            path: path.to_owned(),
            purpose,
            own: SystemUser(files::own_user()),
        })
    }

    fn remedy_for_folder(self, folder: &Path, purpose: &str) -> String {
        let own = files::own_user();
        // Another path for an existing database would mean another, empty database.
        let instead = if purpose == JOURNAL {
            "move the database with its key file, and name it with TWINLOCK_DATABASE_URL"
        } else {
            self.instead
        };
        if files::is_read_only(folder) {
            return format!(
                "its file system is mounted read-only; mount it for writing, or {instead}"
            );
        }
        let Ok(found) = fs::metadata(folder) else {
            return instead.to_owned();
        };
        let (owner, mode) = (found.uid(), found.mode() & 0o7777);
        if owner == own && mode & OWNER_ALL != OWNER_ALL {
            return files::remedy_for_mode(&shown(folder), "700");
        }
        if owner == own {
            return files::OF_OTHER_RULES.to_owned();
        }
        let own = SystemUser(own);
        if owner == files::ROOT {
            return format!(
                "it belongs to root (mode {mode:04o}); {instead}, in a folder of user {own}, which root makes with `install -d -o {own} -m 700 FOLDER`"
            );
        }
        format!(
            "it belongs to user {} (mode {mode:04o}); run this as {}, or {instead}",
            SystemUser(owner),
            files::as_user(owner)
        )
    }
}

/// Returns whether this process may access the path in that way, by its effective user.
fn is_allowed(path: &Path, access: Access) -> Result<(), Errno> {
    accessat(CWD, path, access, AtFlags::EACCESS)
}

/// Returns the longest existing part of a path that can be checked.
fn nearest(path: &Path) -> PathBuf {
    let folders = path.ancestors().skip(1);
    let named = folders.map(|folder| {
        if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        }
    });
    let mut found = named.filter(|folder| fs::metadata(folder).is_ok());
    found.next().unwrap_or(Path::new(".")).to_owned()
}

/// Shows a folder by its full path, because `.` says nothing about a service's folder.
fn shown(folder: &Path) -> PathBuf {
    if folder == Path::new(".") {
        return env::current_dir().unwrap_or_else(|_| folder.to_owned());
    }
    folder.to_owned()
}

fn kind_of(found: FileType) -> &'static str {
    if found.is_dir() {
        "a folder"
    } else if found.is_symlink() {
        "a link"
    } else if found.is_fifo() {
        "a pipe"
    } else if found.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(test)]
mod tests;
