//! `twinlock restore` and `twinlock restored`: restores a database from a backup, and ends
//! everything that must not come back with it.

use std::{
    fs::{self, Metadata, OpenOptions},
    io,
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use domain::{
    events::{Actor, Origin},
    people::email::Email,
    ports::Clock,
};
use serde_json::{Value, json};
use storage::{BackupError, RestoreEffects, Store, UsedCodes, given_up, sound};

use crate::{
    cli::{
        Failure, Report,
        args::{RestoreArgs, RestoredArgs},
        output::report::joined,
    },
    config::{Database, DatabaseLocation},
    context::{DatabaseFile, OpenMode, StartError, look_at, open},
    files::{
        self, SystemGroup, SystemUser, beside as with, is_same, is_taken,
        named_path::BACKUP,
        work_lock::{RESTORING, WorkLock, WorkTarget},
    },
    keys::{self, key_file},
    system::clock::SystemClock,
};

/// At most this many users whose links ended are named.
const MAX_LISTED: usize = 10;

/// The endings of the files beside a database in WAL mode, until its last connection closes.
const BESIDE: [&str; 2] = ["-wal", "-shm"];

/// Restores a backup. Nothing changes before the prepared copy is beside the database, ready to
/// replace it.
pub(in crate::cli) async fn run(
    args: &RestoreArgs,
    database: &Database,
) -> Result<Report, Failure> {
    let target = file_of(database)?;
    refuse_unusable(&args.file)?;
    look_at(database, DatabaseFile::MayBeCreated)?;
    // If the path is a link, its target is replaced.
    let target = fs::canonicalize(&target).unwrap_or(target);
    refuse_own_file(&args.file, &target)?;
    let owner = owner(&target, database);
    let mut lock = WorkLock::take(WorkTarget::Database, &target, owner.as_ref())?;
    sound(&args.file).await?;
    let replaces = is_filled(&target);
    if replaces && !args.overwrite {
        return Err(in_the_way(&target).await);
    }
    let spent = match (args.codes.void_backup_codes, replaces) {
        (_, true) => known(&target, args.codes.void_backup_codes).await?,
        (true, false) => UsedCodes::All,
        (false, false) => UsedCodes::Unknown,
    };
    let copy = lock.work_file(RESTORING)?;
    let (ended, warning) = prepare(&args.file, &copy, owner.as_ref(), database, &spent).await?;
    // A server may have opened or made the database since the first check.
    if replaces {
        given_up(&target).await?;
    } else if is_filled(&target) {
        return Err(in_the_way(&target).await);
    }
    let aside = put(&copy, &target, replaces)?;
    drop(lock);
    let mut lines = vec![format!(
        "Restored {} from {}.",
        target.display(),
        args.file.display()
    )];
    lines.extend(aside.as_ref().map(|aside| {
        format!(
            "What was there is {} now: delete it when you no longer need it.",
            aside.display()
        )
    }));
    lines.extend(describe_restore(&ended, &spent));
    lines.extend(
        warning
            .as_ref()
            .map(|warning| format!("WARNING: {warning}. Until then no server starts on it.")),
    );
    let mut json = restore_as_json(&ended);
    json["file"] = json!(target.display().to_string());
    json["replaced"] = json!(aside.map(|aside| aside.display().to_string()));
    json["warning"] = json!(warning);
    Ok(Report::lines(lines, json))
}

/// Does the part of a restore that does not concern files, on an open database of either engine.
pub(in crate::cli) async fn only_end(
    args: &RestoredArgs,
    database: &Database,
) -> Result<Report, Failure> {
    let opened = open(database, OpenMode::Existing).await?;
    let spent = if args.void_backup_codes {
        UsedCodes::All
    } else {
        UsedCodes::Unknown
    };
    let ended = end(opened.store(), &spent).await;
    opened.close().await;
    let ended = ended?;
    Ok(Report::lines(
        describe_restore(&ended, &spent),
        restore_as_json(&ended),
    ))
}

/// Returns the database's file. This program restores only files.
fn file_of(database: &Database) -> Result<PathBuf, Failure> {
    database.file().map(Path::to_owned).ok_or_else(|| {
        Failure::refused(
            "the database is on a PostgreSQL server: put it back with `pg_restore`, then run `twinlock restored`",
        )
    })
}

/// Returns whether a database is there. An empty file is none.
fn is_filled(target: &Path) -> bool {
    fs::metadata(target).is_ok_and(|found| found.len() > 0)
}

/// Returns why a database stays unchanged, with all steps that are required first, in order.
async fn in_the_way(target: &Path) -> Failure {
    let path = target.display();
    Failure::refused(match given_up(target).await {
        Err(BackupError::InUse(_)) => format!(
            "there is a database {path} already, and another program has it open: stop the server first, then repeat this with `--overwrite`, which puts it aside"
        ),
        _ => format!("there is a database {path} already: `--overwrite` puts it aside"),
    })
}

/// Checks that no process has the old database open, and reads its spent backup codes, if it is
/// still readable.
async fn known(target: &Path, void_all: bool) -> Result<UsedCodes, Failure> {
    if !given_up(target).await? || sound(target).await.is_err() {
        return Ok(if void_all {
            UsedCodes::All
        } else {
            UsedCodes::Unknown
        });
    }
    if void_all {
        return Ok(UsedCodes::All);
    }
    let Ok(store) = Store::open_file(target).await else {
        return Ok(UsedCodes::Unknown);
    };
    let codes = store.spent_codes().await;
    store.close().await;
    Ok(codes.map_or(UsedCodes::Unknown, UsedCodes::Known))
}

/// Migrates a copy of the backup to this version and ends what must not come back. Also returns why
/// the key file does not fit.
async fn prepare(
    backup: &Path,
    copy: &Path,
    owner: Option<&Metadata>,
    database: &Database,
    spent: &UsedCodes,
) -> Result<(RestoreEffects, Option<String>), Failure> {
    copied(backup, copy, owner)?;
    let fails = |error| {
        Failure::from(StartError::Store(
            DatabaseLocation::File(backup.to_owned()),
            error,
        ))
    };
    let store = Store::open_file(copy).await.map_err(fails)?;
    store.migrate().await.map_err(fails)?;
    let warning = match key_file::of(database).map_err(StartError::Key) {
        Ok(ring) => keys::vault(&store, &ring, database).await.map(drop),
        Err(error) => Err(error),
    };
    let ended = end(&store, spent).await;
    store.close().await;
    // Everything must be in the single file that replaces the database.
    given_up(copy).await?;
    sound(copy).await?;
    Ok((ended?, warning.err().map(|error| error.to_string())))
}

async fn end(store: &Store, spent: &UsedCodes) -> Result<RestoreEffects, Failure> {
    let now = SystemClock.now();
    let store = store.seen_from(Origin::here(Actor::Operator, now));
    Ok(store.end_restored(spent, now).await?)
}

/// Returns the owner of the restored database: the old database's owner, even if this process is
/// not root and so may be refused.
fn owner(target: &Path, database: &Database) -> Option<Metadata> {
    let found = fs::metadata(target).ok();
    found.or_else(|| files::owner_of_new(Some(target), &database.key_file))
}

/// Checks the backup, which must be a file that this process may read.
fn refuse_unusable(file: &Path) -> Result<(), Failure> {
    match BACKUP.look(file)? {
        Some(found) => Ok(BACKUP.refuse_unreadable(file, &found)?),
        None => Err(Failure::refused(format!(
            "there is no backup {}: name the file that `twinlock backup` wrote",
            file.display()
        ))),
    }
}

/// Refuses the database itself, and the temporary name of the copy.
fn refuse_own_file(file: &Path, target: &Path) -> Result<(), Failure> {
    if is_same(file, target) {
        return Err(Failure::refused(format!(
            "{} is the database {} itself: name the file that `twinlock backup` wrote",
            file.display(),
            target.display()
        )));
    }
    if is_same(file, &with(target, RESTORING)) {
        return Err(Failure::refused(format!(
            "{} has the name under which `twinlock restore` writes: give it another name first, then repeat this",
            file.display()
        )));
    }
    Ok(())
}

fn copied(backup: &Path, copy: &Path, owner: Option<&Metadata>) -> Result<(), Failure> {
    let failed = |source| Failure::System {
        doing: format!("writing {}", copy.display()),
        source,
    };
    let mut options = OpenOptions::new();
    let file = options.write(true).create_new(true).mode(0o600).open(copy);
    let mut file = file.map_err(failed)?;
    if let (Err(_), Some(owner)) = (files::give(&file, owner), owner) {
        return Err(Failure::refused(format!(
            "the restored database has to belong to user {} and group {} as before, to whom user {} can't give it: run this as {}",
            SystemUser(owner.uid()),
            SystemGroup(owner.gid()),
            SystemUser(files::own_user()),
            files::as_user(owner.uid())
        )));
    }
    let mut from = fs::File::open(backup).map_err(failed)?;
    io::copy(&mut from, &mut file).map_err(failed)?;
    file.sync_all().map_err(failed)
}

/// Moves the copy into place, and returns the path of the old database. No journal of the old
/// database may remain beside the new one, because `SQLite` would apply it.
fn put(copy: &Path, target: &Path, replaces: bool) -> Result<Option<PathBuf>, Failure> {
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::ResourceBusy => Failure::refused(format!(
            "the database {} is mounted as a single file, so that no other can take its place: mount its folder, not the file",
            target.display()
        )),
        _ => Failure::System {
            doing: format!("replacing {}", target.display()),
            source,
        },
    };
    let aside = free_name(target).map_err(failed)?;
    for end in BESIDE {
        match fs::rename(with(target, end), with(&aside, end)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
    }
    // Uses a hard link if possible, so that the database is never missing: a server that starts
    // meanwhile would create an empty one.
    if replaces && fs::hard_link(target, &aside).is_err() {
        fs::rename(target, &aside).map_err(failed)?;
    }
    fs::rename(copy, target).map_err(failed)?;
    if let (true, Ok(old)) = (replaces, fs::metadata(&aside)) {
        fs::set_permissions(target, old.permissions()).map_err(failed)?;
    }
    fs::File::open(files::folder_of(target))
        .and_then(|folder| folder.sync_all())
        .map_err(failed)?;
    Ok(replaces.then_some(aside))
}

/// Returns an unused name for the old database, so that nothing is overwritten.
fn free_name(target: &Path) -> io::Result<PathBuf> {
    let mut end = format!(".replaced-{}", SystemClock.now().millis() / 1000);
    loop {
        let aside = with(target, &end);
        if !is_taken(&aside)? {
            return Ok(aside);
        }
        end.push_str("-again");
    }
}

/// Returns what a restore means for users, including what is unknown.
fn describe_restore(ended: &RestoreEffects, spent: &UsedCodes) -> Vec<String> {
    let RestoreEffects {
        sessions,
        invitations,
        invited,
        codes,
        codes_left,
    } = ended;
    let of_codes = match spent {
        UsedCodes::Unknown if *codes_left == 0 => {
            "The backup holds no unused backup codes.".to_owned()
        }
        UsedCodes::Unknown => format!(
            "Which backup codes were used since the backup is not known: the {codes_left} that it holds as unused work, also if they were used since. `twinlock restored --void-backup-codes` voids them all."
        ),
        UsedCodes::Known(_) => format!(
            "{codes} backup codes that were used or replaced since the backup do not work any \
            more, according to the replaced database; {codes_left} are left."
        ),
        UsedCodes::All => {
            format!("{codes} backup codes were voided: no one has any until they make new ones.")
        }
    };
    let mut lines = vec![format!(
        "{sessions} sessions and {invitations} invitation links ended; no browser is known any more; authenticator codes shown until now no longer work."
    )];
    lines.extend(new_links(invited));
    lines.extend([
        of_codes,
        "Passwords, MFA methods, members and rules are again those of the backup: what was changed or taken away since then has to be done again.".to_owned(),
    ]);
    lines
}

/// Returns how the users whose links ended get new ones; none if there are no such users.
fn new_links(invited: &[Email]) -> Option<String> {
    let whose = match invited.len() {
        0 => return None,
        count if count > MAX_LISTED => {
            format!(
                "{count} people; `twinlock user list` shows those who have no password yet as `invited`"
            )
        }
        _ => {
            let names: Vec<String> = invited.iter().map(ToString::to_string).collect();
            joined(&names)
        }
    };
    Some(format!(
        "`twinlock user set-password EMAIL` prints a new link; those that ended were of {whose}."
    ))
}

fn restore_as_json(ended: &RestoreEffects) -> Value {
    json!({
        "sessions": ended.sessions, "invitations": ended.invitations, "invited": ended.invited,
        "backup_codes_voided": ended.codes, "backup_codes_left": ended.codes_left,
    })
}
