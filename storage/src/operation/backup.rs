//! Backups of a `SQLite` file: made while the server runs, checked before use, and restored over
//! another file.

use std::{
    fs::{self, File, Metadata, OpenOptions},
    io::{self, Read},
    os::unix::fs::{MetadataExt, OpenOptionsExt, fchown},
    path::{Path, PathBuf},
};

use sqlx::{AnyConnection, Connection, Executor, query};
use thiserror::Error;
use tracing::instrument;

use crate::{
    Store,
    engine::{
        dialect::Engine,
        error::cause::{self, Cause, explained, explained_io},
        sqlite,
    },
};

/// Why a backup failed or can't be used.
#[derive(Debug, Error)]
pub enum BackupError {
    /// The database is on a server, not in a file of this program.
    #[error("the database is on a PostgreSQL server, which has its own tools for that")]
    OnAServer,
    /// The existing file may be the only backup.
    #[error("{0} is there already: name another file, or move it away")]
    Exists(PathBuf),
    /// The file system refused.
    #[error("{doing} {path}: {}", explained_io(source))]
    Io {
        /// What was attempted.
        doing: &'static str,
        /// On which file.
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },
    /// The engine refused.
    #[error("{path}: {cause}", path = .0.display(), cause = explained(.1))]
    Engine(PathBuf, #[source] sqlx::Error),
    /// The engine found the file damaged.
    #[error("{0} is damaged or no database, take another file: {1}")]
    Damaged(PathBuf, String),
    /// Another program has the file open.
    #[error("the database {0} is open in another program: stop the server first")]
    InUse(PathBuf),
}

/// The ending of a backup until it is complete.
pub const PART: &str = ".part";

/// The first bytes of every `SQLite` file.
const HEADER: &[u8; 16] = b"SQLite format 3\0";

impl Store {
    /// Writes all committed data into a new file, readable by its owner only. Reads like any other
    /// connection, so no request waits for it. The file gets its name only after it was flushed to
    /// disk and checked.
    #[instrument(level = "debug", skip_all, fields(db.operation.name = "backup.backup"))]
    pub async fn backup(&self, file: &Path) -> Result<(), BackupError> {
        self.backup_for(file, None).await
    }

    /// Like [`Self::backup`], but gives the file to the owner of another one, because the service
    /// must be able to read a backup that root makes.
    #[instrument(level = "debug", skip_all, fields(db.operation.name = "backup.backup_for"))]
    pub async fn backup_for(
        &self,
        file: &Path,
        owner: Option<&Metadata>,
    ) -> Result<(), BackupError> {
        if self.engine() == Engine::Postgres {
            return Err(BackupError::OnAServer);
        }
        if file.try_exists().map_err(failed("looking for", file))? {
            return Err(BackupError::Exists(file.to_owned()));
        }
        let mut part = file.as_os_str().to_owned();
        part.push(PART);
        let part = PathBuf::from(part);
        new_file(&part, owner)?;
        let written = self.written(&part, file).await;
        if written.is_err() {
            // A partial backup could be mistaken for a complete one.
            let _ = fs::remove_file(&part);
        }
        written
    }

    async fn written(&self, part: &Path, file: &Path) -> Result<(), BackupError> {
        // `SQLite` interprets a name that begins with `file:` as a URL.
        let whole = fs::canonicalize(part).map_err(failed("looking for", part))?;
        // `VACUUM INTO` accepts an empty file, and keeps its mode.
        let vacuum = query("VACUUM INTO $1").bind(whole.to_string_lossy().into_owned());
        let done = vacuum.execute(self.writer()).await;
        done.map_err(|error| BackupError::Engine(part.to_owned(), error))?;
        sync(part)?;
        sound(part).await?;
        // Unlike a rename, a hard link replaces no file. On a file system without hard links, the
        // check above must suffice.
        match fs::hard_link(part, file) {
            Ok(()) => fs::remove_file(part),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(BackupError::Exists(file.to_owned()));
            }
            Err(_) => fs::rename(part, file),
        }
        .map_err(failed("naming", file))?;
        sync_folder(file)
    }
}

/// Checks a file from end to end without changing it. Ignores a journal beside it.
pub async fn sound(file: &Path) -> Result<(), BackupError> {
    let damaged = |fault: String| BackupError::Damaged(file.to_owned(), fault);
    // A damaged backup must not get the advice to restore a backup.
    let engine = |error| match cause::of(&error) {
        Some(Cause::Damaged | Cause::NoDatabaseFile) => damaged(error.to_string()),
        _ => BackupError::Engine(file.to_owned(), error),
    };
    let length = fs::metadata(file).map_err(failed("looking at", file))?;
    if length.len() == 0 {
        return Err(damaged("it is empty".to_owned()));
    }
    let mut connection = connect(file, "ro&immutable=true").await?;
    let faults = sqlx::query_scalar::<_, String>("PRAGMA integrity_check(1)");
    let faults = faults.fetch_all(&mut connection).await.map_err(engine)?;
    if faults != ["ok"] {
        return Err(damaged(faults.join("; ")));
    }
    let orphans = query("PRAGMA foreign_key_check").fetch_all(&mut connection);
    let orphans = orphans.await.map_err(engine)?.len();
    connection.close().await.map_err(engine)?;
    if orphans > 0 {
        return Err(damaged(format!("{orphans} rows refer to nothing")));
    }
    Ok(())
}

/// Makes sure that no other program has the file open, and merges its journal into it. False if the
/// file is damaged, which is left as it is.
pub async fn given_up(file: &Path) -> Result<bool, BackupError> {
    // If the file is no `SQLite` database, the engine would delete the files beside it, which the
    // operator may still need.
    let mut begins = [0; HEADER.len()];
    let read = File::open(file).and_then(|mut file| file.read_exact(&mut begins));
    if read.is_err() || begins != *HEADER {
        return Ok(false);
    }
    let Ok(mut connection) = connect(file, "rw").await else {
        return Ok(false);
    };
    // Only the sole connection to a file may switch the mode.
    let alone = sqlx::query_scalar::<_, String>("PRAGMA journal_mode = DELETE");
    let alone = alone.fetch_one(&mut connection).await;
    // Any error here is reported when the file itself is checked.
    let _ = connection.close().await;
    match alone {
        Ok(mode) => Ok(mode == "delete"),
        Err(error) if cause::of(&error) == Some(Cause::Locked) => {
            Err(BackupError::InUse(file.to_owned()))
        }
        Err(_) => Ok(false),
    }
}

async fn connect(file: &Path, mode: &str) -> Result<AnyConnection, BackupError> {
    sqlx::any::install_default_drivers();
    let engine = |error| BackupError::Engine(file.to_owned(), error);
    let whole = fs::canonicalize(file).map_err(failed("looking for", file))?;
    let url = sqlite::url_of(&whole, mode);
    let mut connection = AnyConnection::connect(&url).await.map_err(engine)?;
    let patience = connection.execute("PRAGMA trusted_schema = OFF; PRAGMA busy_timeout = 1000");
    patience.await.map_err(engine)?;
    Ok(connection)
}

fn new_file(path: &Path, owner: Option<&Metadata>) -> Result<(), BackupError> {
    let mut options = OpenOptions::new();
    let made = options.write(true).create_new(true).mode(0o600).open(path);
    match (made, owner) {
        (Ok(file), Some(owner)) => {
            // Only root can change the owner; for other users the file stays theirs.
            let _ = fchown(file, Some(owner.uid()), Some(owner.gid()));
            Ok(())
        }
        (Ok(_), None) => Ok(()),
        (Err(error), _) if error.kind() == io::ErrorKind::AlreadyExists => {
            Err(BackupError::Exists(path.to_owned()))
        }
        (Err(error), _) => Err(failed("creating", path)(error)),
    }
}

fn sync(path: &Path) -> Result<(), BackupError> {
    let file = OpenOptions::new().read(true).write(true).open(path);
    file.and_then(|file| file.sync_all())
        .map_err(failed("writing", path))
}

fn sync_folder(path: &Path) -> Result<(), BackupError> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(failed("writing", folder))
}

fn failed(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> BackupError {
    let path = path.to_owned();
    move |source| BackupError::Io {
        doing,
        path,
        source,
    }
}
