//! `twinlock copy`: copies a database with all its content to another location.

use std::fs;

use domain::{
    events::{Actor, Origin},
    ports::Clock,
};
use serde_json::{Value, json};
use storage::{CopyError, Store, given_up};

use crate::{
    cli::{Failure, Report, args::CopyArgs},
    config::{Database, DatabaseArgs},
    context::{DatabaseFile, OpenMode, StartError, connected, look_at, open},
    files::{
        self,
        work_lock::{WorkLock, WorkTarget},
    },
    keys::key_file,
    system::clock::SystemClock,
};

pub(in crate::cli) async fn run(
    args: &CopyArgs,
    settings: &DatabaseArgs,
) -> Result<Report, Failure> {
    let at = |argument, url: &str, key_file: Option<String>| {
        let settings = DatabaseArgs {
            database_url: url.to_owned(),
            key_file,
            ..settings.clone()
        };
        Database::new(&settings).map_err(|error| error.of("TWINLOCK_DATABASE_URL", argument))
    };
    let source = at("--from", &args.from, settings.key_file.clone())?;
    // The same key file opens both databases.
    let key_file = source.key_file.display().to_string();
    let target = at("--to", &args.to, Some(key_file))?;
    if let (Some(from), Some(to)) = (source.file(), target.file())
        && files::is_same(from, to)
    {
        return Err(same(&source, &target));
    }
    let _lock = locked(&target)?;
    if let Some(file) = source.file() {
        look_at(&source, DatabaseFile::MustExist).map_err(StartError::Path)?;
        if let Err(in_use) = given_up(file).await {
            // Checked first, so that no operator stops a server for a copy that is refused
            // afterwards.
            refuse_filled(&target).await?;
            return Err(in_use.into());
        }
    }
    // The source's key is checked before the target is touched.
    let opened = open(&source, OpenMode::Existing).await?;
    let copied = copied(opened.store(), &source, &target).await;
    opened.close().await;
    Ok(report_copy(&source, &target, &copied?))
}

/// Locks the target's file, so that no other command fills it meanwhile.
fn locked(target: &Database) -> Result<Option<WorkLock>, Failure> {
    let Some(file) = target.file() else {
        return Ok(None);
    };
    look_at(target, DatabaseFile::MayBeCreated).map_err(StartError::Path)?;
    let owner = files::owner_of_new(Some(file), &target.key_file);
    // If the path is a link, its target is locked.
    let file = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    Ok(Some(WorkLock::take(
        WorkTarget::Database,
        &file,
        owner.as_ref(),
    )?))
}

fn same(source: &Database, target: &Database) -> Failure {
    let (from, to) = (&source.place, &target.place);
    Failure::refused(format!(
        "--from {from} and --to {to} are one and the same database: name a new file, or an empty database or schema, with --to"
    ))
}

/// Refuses a target that already has content, without creating anything.
async fn refuse_filled(target: &Database) -> Result<(), Failure> {
    look_at(target, DatabaseFile::MayBeCreated).map_err(StartError::Path)?;
    if let Some(file) = target.file()
        && fs::metadata(file).map_or(0, |found| found.len()) == 0
    {
        return Ok(());
    }
    let store = connected(target).await?;
    let looked = store.refuse_filled().await;
    store.close().await;
    looked.map_err(|error| failed(error, target))
}

async fn copied(
    from: &Store,
    source: &Database,
    target: &Database,
) -> Result<Vec<(&'static str, u32)>, Failure> {
    let ring = key_file::of(source).map_err(StartError::Key)?;
    look_at(target, DatabaseFile::MayBeCreated).map_err(StartError::Path)?;
    if let Some(file) = target.file()
        && key_file::is_new(target).map_err(StartError::Key)?
    {
        let owner = files::owner_of_new(Some(file), &target.key_file);
        key_file::make_database(file, owner.as_ref()).map_err(StartError::Key)?;
    }
    let store = connected(target).await?;
    match from.is_same_as(&store).await {
        Ok(false) => {}
        is_same => {
            store.close().await;
            return Err(is_same.map_or_else(Failure::from, |_| same(source, target)));
        }
    }
    let to = store.seen_from(Origin::here(Actor::Operator, SystemClock.now()));
    let copied = from.copy_into(&to, &ring).await;
    store.close().await;
    copied.map_err(|error| failed(error, target))
}

fn failed(error: CopyError, target: &Database) -> Failure {
    let place = &target.place;
    match error {
        CopyError::NotEmpty(_) | CopyError::Older => Failure::refused(format!(
            "nothing is copied to {place}: {error}; name a new file, or an empty database or schema"
        )),
        CopyError::Open(error) => StartError::Store(place.clone(), error).into(),
        CopyError::Port(error) => error.into(),
        CopyError::Incomplete { .. }
        | CopyError::Foreign
        | CopyError::DataKeys
        | CopyError::Sealed(..) => {
            Failure::refused(format!("nothing is copied to {place}: {error}"))
        }
    }
}

fn report_copy(source: &Database, target: &Database, copied: &[(&'static str, u32)]) -> Report {
    let key_file = source.key_file.display();
    let (from, to) = (&source.place, &target.place);
    let mut lines: Vec<String> = copied
        .iter()
        .map(|(table, rows)| format!("{table}: {rows}"))
        .collect();
    lines.extend([
        format!("Copied {from} to {to}. Each row has arrived, and every sealed key opens with the key file {key_file}."),
        format!("Now copy the key file {key_file} to each machine that is to run a server on {to}, name it there with TWINLOCK_KEY_FILE, and start the server with the new TWINLOCK_DATABASE_URL. Sessions go on."),
        format!("Start no server on {from} again: a code that was used in one place would work once more in the other."),
    ]);
    let tables: serde_json::Map<String, Value> = copied
        .iter()
        .map(|(table, rows)| ((*table).to_owned(), json!(rows)))
        .collect();
    Report::lines(
        lines,
        json!({
            "from": from.to_string(), "to": to.to_string(), "key_file": key_file.to_string(), "tables": tables,
        }),
    )
}
