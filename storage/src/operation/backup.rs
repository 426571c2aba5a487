//! A `SQLite` file as a backup: made while the server runs, looked through before anybody relies on it, and put in the place of another.

use std::{
    fs::{self, File, Metadata, OpenOptions},
    io::{self, Read},
    os::unix::fs::{MetadataExt, OpenOptionsExt, fchown},
    path::{Path, PathBuf},
};

use sqlx::{AnyConnection, Connection, Executor, query};
use thiserror::Error;

use crate::{
    Store,
    engine::{
        dialect::Engine,
        error::cause::{self, Cause, explained, explained_io},
        sqlite,
    },
};

/// Why there is no backup, or none that can be used.
#[derive(Debug, Error)]
pub enum BackupError {
    /// A server's database is in no file of ours.
    #[error("the database is on a PostgreSQL server, which has its own tools for that")]
    OnAServer,
    /// What is there may be somebody's only backup.
    #[error("{0} is there already: name another file, or move it away")]
    Exists(PathBuf),
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
    /// The engine said no.
    #[error("{path}: {cause}", path = .0.display(), cause = explained(.1))]
    Engine(PathBuf, #[source] sqlx::Error),
    /// The engine found faults in it.
    #[error("{0} is damaged or no database, take another file: {1}")]
    Damaged(PathBuf, String),
    /// Another program has it open.
    #[error("the database {0} is open in another program: stop the server first")]
    InUse(PathBuf),
}

/// How every file of the engine begins.
const HEADER: &[u8; 16] = b"SQLite format 3\0";

impl Store {
    /// Writes all that is committed now into a new file, readable by its owner alone. It reads as any other connection does: nobody waits
    /// for it. The file has its name only once it is on the disk and was looked through.
    pub async fn backup(&self, file: &Path) -> Result<(), BackupError> {
        self.backup_for(file, None).await
    }

    /// The same for the owner of another file: what root makes beside a service has to be that service's.
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
        part.push(".part");
        let part = PathBuf::from(part);
        new_file(&part, owner)?;
        let written = self.written(&part, file).await;
        if written.is_err() {
            // Half a backup would be taken for a whole one.
            let _ = fs::remove_file(&part);
        }
        written
    }

    async fn written(&self, part: &Path, file: &Path) -> Result<(), BackupError> {
        // SQLite takes a name that begins with `file:` for a URL.
        let whole = fs::canonicalize(part).map_err(failed("looking for", part))?;
        // An empty file is taken, and keeps its mode.
        let vacuum = query("VACUUM INTO $1").bind(whole.to_string_lossy().into_owned());
        let done = vacuum.execute(self.writer()).await;
        done.map_err(|error| BackupError::Engine(part.to_owned(), error))?;
        sync(part)?;
        sound(part).await?;
        // Unlike a rename, it replaces nothing; where the file system has no links, the look from before has to do.
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

/// Looks through a file from end to end, and changes nothing in it or beside it. A journal beside it does not count.
pub async fn sound(file: &Path) -> Result<(), BackupError> {
    let damaged = |fault: String| BackupError::Damaged(file.to_owned(), fault);
    // A damaged backup is not mended by putting a backup back.
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

/// Makes sure that no other program has a file open, and leaves all of it in that one file. One that is damaged is given up as it is:
/// false.
pub async fn given_up(file: &Path) -> Result<bool, BackupError> {
    // The engine would delete what stands beside a file that it does not know: somebody may save something from it yet.
    let mut begins = [0; HEADER.len()];
    let read = File::open(file).and_then(|mut file| file.read_exact(&mut begins));
    if read.is_err() || begins != *HEADER {
        return Ok(false);
    }
    let Ok(mut connection) = connect(file, "rw").await else {
        return Ok(false);
    };
    // Only a connection that is alone may do this.
    let alone = sqlx::query_scalar::<_, String>("PRAGMA journal_mode = DELETE");
    let alone = alone.fetch_one(&mut connection).await;
    // What is left to say is said by the look at the file.
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
            // Only root can; anybody else keeps what they made.
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
