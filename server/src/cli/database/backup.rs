//! `twinlock backup`.

use std::{
    fs::{self, Metadata},
    path::Path,
};

use serde_json::json;
use storage::{BackupError, PART, Store};

use crate::{
    cli::{Failure, Report, args::BackupArgs},
    config::Database,
    context::{OpenMode, open},
    files::{
        beside, folder_of, is_same,
        named_path::{NEW_BACKUP, NOT_THERE_YET, PathError},
        work_lock::{LOCK, WorkError, WorkLock, WorkTarget},
    },
};

pub(in crate::cli) async fn run(args: &BackupArgs, database: &Database) -> Result<Report, Failure> {
    if let Some(own) = database.file().and_then(|own| own_file(&args.file, own)) {
        return Err(Failure::refused(format!(
            "{} is {own} of the database {}: name another file for the backup",
            args.file.display(),
            database.place
        )));
    }
    refuse_unusable(&args.file)?;
    let owner = database.file().and_then(|file| fs::metadata(file).ok());
    let opened = open(database, OpenMode::Existing).await?;
    let written = written(&args.file, opened.store(), owner.as_ref()).await;
    opened.close().await;
    written?.map_err(|error| match error {
        BackupError::OnAServer => Failure::refused(
            "the database is on a PostgreSQL server: back it up with `pg_dump --format=custom --file=FILE`, and run `twinlock restored` after pg_restore",
        ),
        error => error.into(),
    })?;
    let (file, key_file) = (
        args.file.display().to_string(),
        database.key_file.display().to_string(),
    );
    let line = format!(
        "Backed up to {file}. The key file {key_file} is not in it: keep a copy of it elsewhere, \
        without it no authenticator works."
    );
    Ok(Report::one(
        line,
        json!({ "file": file, "key_file": key_file }),
    ))
}

/// Writes the backup, unless another command is writing it.
async fn written(
    file: &Path,
    store: &Store,
    owner: Option<&Metadata>,
) -> Result<Result<(), BackupError>, WorkError> {
    // The database of a server has no owner and needs no lock.
    let lock = owner.map(|owner| WorkLock::take(WorkTarget::Backup, file, Some(owner)));
    let _held = match lock {
        Some(lock) if !file.exists() => {
            let mut lock = lock?;
            lock.work_file(PART)?;
            Some(lock)
        }
        // An existing backup is refused by its name, also in a folder where no lock can be made.
        _ => None,
    };
    Ok(store.backup_for(file, owner).await)
}

/// Returns which of the database's own files has that name, whether it exists or not, because a
/// backup must not use it.
fn own_file(file: &Path, database: &Path) -> Option<&'static str> {
    let database = fs::canonicalize(database).unwrap_or_else(|_| database.to_owned());
    let place = |path: &Path| {
        let folder = fs::canonicalize(folder_of(path)).ok()?;
        Some((folder, path.file_name()?.to_owned()))
    };
    let is =
        |own: &Path| is_same(file, own) || place(file).is_some_and(|at| Some(at) == place(own));
    if is(&database) {
        return Some("the file");
    }
    if is(&beside(&database, LOCK)) {
        return Some("the lock");
    }
    ["-journal", "-wal", "-shm"]
        .iter()
        .any(|end| is(&beside(&database, end)))
        .then_some("a journal")
}

/// Checks the backup's path. An existing file is refused when the backup is created.
fn refuse_unusable(file: &Path) -> Result<(), Box<PathError>> {
    match NEW_BACKUP.look(file)? {
        Some(_) => Ok(()),
        None => NEW_BACKUP.refuse_closed_folder(file, NOT_THERE_YET),
    }
}
