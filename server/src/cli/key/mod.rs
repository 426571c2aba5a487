//! `twinlock key`: rotates the master key while the server runs.

pub(in crate::cli) mod events;
mod report;

use std::{
    fs::File,
    io::{self, Write},
    time::{Duration, Instant},
};

use domain::{
    events::{Actor, Origin},
    ports::{Clock, PortError},
    secrets::{
        keys::KeyRing,
        vault::{KeyId, MasterKey},
    },
};
use serde_json::json;
use storage::Store;

use crate::{
    cli::{Failure, Report, args::KeyCommand},
    config::{Database, DatabaseArgs},
    context::{OpenDatabase, OpenMode, StartError, connected, open},
    files,
    keys::{
        Progress, key_file, name_sealing_key,
        presence::{self, Presence},
        rotate,
    },
    system::{clock::SystemClock, entropy::SystemEntropy},
};

/// After this time every running server has read a changed key file, asked which key seals, and
/// reported it: each checks once a second.
const HEARD_BY_ALL: Duration = Duration::from_secs(3);
/// The interval of the checks whether they have.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

pub(in crate::cli) async fn run(
    command: &KeyCommand,
    database: &DatabaseArgs,
    json: bool,
) -> Result<Report, Failure> {
    let database = Database::new(database)?;
    if matches!(command, KeyCommand::New) && is_without_key(&database)? {
        return first(&database).await;
    }
    let opened = open(&database, OpenMode::Existing).await?;
    let result = command_on(&database, &opened, command, json).await;
    let result = events::record_key_change(opened.store(), command, result).await;
    opened.close().await;
    result
}

/// Returns whether a server's database has no key file. Only this command creates it; the key file
/// of a database file is created with it.
fn is_without_key(database: &Database) -> Result<bool, StartError> {
    Ok(database.file().is_none() && !key_file::exists(&database.key_file)?)
}

/// Creates the first key, unless the database has one already.
async fn first(database: &Database) -> Result<Report, Failure> {
    let store = connected(database).await?;
    // A database without tables has no key either.
    let has_key = match store.pending_migrations().await {
        Ok(pending) if pending.is_empty() => store.key_check().await?.is_some(),
        _ => store.key_check().await.is_ok_and(|kept| kept.is_some()),
    };
    store.close().await;
    let file = database.key_file.display();
    if has_key {
        return Err(Failure::refused(format!(
            "the database {} has a key already: copy its key file to {file} from a machine that runs a server on it, or from where you keep it",
            database.place
        )));
    }
    let owner = files::owner_of_new(None, &database.key_file);
    let ring = key_file::create(&database.key_file, &SystemEntropy, owner.as_ref());
    let ring = ring.map_err(StartError::Key)?;
    let id = ring.current().map(|key| key.id().to_string());
    Ok(Report::one(
        format!(
            "Key file {file} made. Back it up apart from the database: without it no authenticator \
            works. Copy it to every machine that runs a server on this database."
        ),
        json!({ "id": id, "key_file": file.to_string() }),
    ))
}

async fn command_on(
    database: &Database,
    opened: &OpenDatabase,
    command: &KeyCommand,
    json: bool,
) -> Result<Report, Failure> {
    let _alone = match command {
        KeyCommand::List => None,
        KeyCommand::New | KeyCommand::Rotate | KeyCommand::Drop(_) => Some(alone(database)?),
    };
    // Read while no other command can change the file.
    let ring = key_file::of(database).map_err(StartError::Key)?;
    match command {
        KeyCommand::List => report::list(opened.store(), &ring).await,
        KeyCommand::New => new(database, opened.store(), ring).await,
        KeyCommand::Rotate => turn(database, opened, ring, json).await,
        KeyCommand::Drop(args) => remove(database, opened.store(), &ring, &args.id).await,
    }
}

/// Locks the key file, for as long as the returned file is open.
fn alone(database: &Database) -> Result<File, Failure> {
    key_file::refuse_unread_by_server(database).map_err(StartError::Key)?;
    let owner = files::owner_of_new(database.file(), &database.key_file);
    let lock = key_file::lock(&database.key_file, owner.as_ref()).map_err(StartError::Key)?;
    lock.ok_or_else(|| {
        Failure::refused(
            "another `twinlock key` command is running: repeat this one when it has ended",
        )
    })
}

async fn new(database: &Database, store: &Store, ring: KeyRing) -> Result<Report, Failure> {
    let file = database.key_file.display();
    refuse_waiting_elsewhere(store, &ring, database).await?;
    // In a copy of the file from before the rotation, the sealing key is still the waiting key.
    let ring = led_by_database(store, ring).await?;
    let key = key_file::draw(&SystemEntropy).map_err(StartError::Key)?;
    let id = key.id().clone();
    let Some(more) = ring.with_next(key) else {
        return Err(Failure::refused(
            "a new key waits already: `twinlock key rotate` lets it seal",
        ));
    };
    key_file::replace(&database.key_file, &more).map_err(StartError::Key)?;
    Ok(Report::one(
        format!(
            "Key {id} added to {file}. Back the file up, copy it to every machine that runs a server on this database, then run `twinlock key rotate`."
        ),
        json!({ "id": id.as_str() }),
    ))
}

/// Refuses a second waiting key: of two keys that wait in two copies of the file, only one can take
/// over.
async fn refuse_waiting_elsewhere(
    store: &Store,
    ring: &KeyRing,
    database: &Database,
) -> Result<(), Failure> {
    let is_known = |waiting: &String| ring.keys().any(|key| key.fingerprint() == *waiting);
    let servers = presence::running(store).await?;
    let other = servers.iter().find_map(|server| {
        let waiting = server.waiting.as_ref().filter(|key| !is_known(key))?;
        let id = waiting.split(':').next().unwrap_or_default();
        Some((id, &server.name))
    });
    let Some((id, server)) = other else {
        return Ok(());
    };
    let file = database.key_file.display();
    Err(Failure::refused(format!(
        "the key {id} waits already at a server, and {file} does not hold it: {server}. Copy that server's key file over {file} and run `twinlock key rotate`; if the key was dropped, copy {file} over that server's key file, then repeat this"
    )))
}

/// Puts the sealing key first in the ring.
async fn led_by_database(store: &Store, ring: KeyRing) -> Result<KeyRing, PortError> {
    Ok(match store.sealing_key().await? {
        Some(seals) => ring.led_by(&seals),
        None => ring,
    })
}

/// Makes the new key the sealing key, and reseals what the old keys have sealed. A repeated run
/// continues where it stopped.
async fn turn(
    database: &Database,
    opened: &OpenDatabase,
    ring: KeyRing,
    json: bool,
) -> Result<Report, Failure> {
    let store = opened.store();
    let before = ring.expose();
    let ring = to_go_to(store, ring).await?;
    let Some(new) = ring.current().cloned() else {
        return Err(Failure::refused("the key file holds no key"));
    };
    if only_current(store, &ring).await? {
        if ring.expose() != before {
            key_file::replace(&database.key_file, &ring).map_err(StartError::Key)?;
        }
        if ring.keys().count() > 1 {
            return report::rotated(store, &ring, Progress::default()).await;
        }
        let mut said =
            "there is no other key to rotate to: add one with `twinlock key new`".to_owned();
        let lost = report::missing(store, &ring).await?;
        said.extend(lost.iter().map(|lost| format!("; {lost}")));
        return Err(Failure::refused(said));
    }
    let rotation = Presence::of_a_rotation(&database.key_file, &SystemEntropy)?;
    rotation.announce(store, &ring, new.id()).await?;
    let named = name_known(database, opened, &ring, &new).await;
    let told = rotation.leave(store).await;
    let progress = named?;
    told?;
    let new = new.id();
    opened.vault().seal_by(new);
    wait_until(async || presence::sealing_otherwise(store, new).await).await?;
    key_file::replace(&database.key_file, &ring).map_err(StartError::Key)?;

    let mut out = io::stdout();
    let mut before = None;
    let said = |progress: Progress| {
        // The last progress is the result, which is printed below.
        if let (false, Some(done)) = (json, before.replace(progress.done)) {
            // A closed terminal does not stop the rotation.
            let _ = writeln!(out, "{done} rows resealed …");
        }
    };
    let progress = rotate(store, &ring, opened.vault(), progress, said).await?;
    note(store, &ring).await?;
    report::rotated(store, &ring, progress).await
}

/// Makes the database name the new key, if each server has it. From then on the database accepts
/// rows of both keys, and each server seals with the new key once it has read which key seals.
async fn name_known(
    database: &Database,
    opened: &OpenDatabase,
    ring: &KeyRing,
    new: &MasterKey,
) -> Result<Progress, Failure> {
    refuse_unless_known(opened.store(), new, database).await?;
    opened.vault().reload(ring);
    Ok(name_sealing_key(opened.store(), ring, database).await?)
}

/// Returns the ring after the rotation: the waiting key first, or else the sealing key. The order
/// of the other keys has no meaning.
async fn to_go_to(store: &Store, ring: KeyRing) -> Result<KeyRing, PortError> {
    if ring.next().is_some() {
        return Ok(ring.turned());
    }
    led_by_database(store, ring).await
}

/// Requires every server to have the new key before any row is sealed with it, because a server
/// without the key could open no authenticator.
async fn refuse_unless_known(
    store: &Store,
    key: &MasterKey,
    database: &Database,
) -> Result<(), Failure> {
    let file = &database.key_file;
    // A server that shares the file also gets a moment, in which it may find that it can't use the
    // file.
    wait_until(async || presence::without(store, key).await).await?;
    let lacking = presence::lacking(store, key, file).await?;
    if lacking.is_empty() {
        return Ok(());
    }
    Err(Failure::refused(format!(
        "a server does not have the key {}, or can't use its key file: {}. Copy {} over its key file, which it reads within a second, then repeat this. (A server that was killed is forgotten after two minutes.)",
        key.id(),
        presence::names(&lacking),
        file.display()
    )))
}

/// Waits until `find` finds nothing more, or until the time limit; returns the last result.
#[expect(
    clippy::disallowed_methods,
    reason = "a duration on the monotonic clock, not a time of day"
)]
async fn wait_until<T>(
    mut find: impl AsyncFnMut() -> Result<Vec<T>, PortError>,
) -> Result<Vec<T>, PortError> {
    let began = Instant::now();
    loop {
        let found = find().await?;
        if found.is_empty() || began.elapsed() >= HEARD_BY_ALL {
            return Ok(found);
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

async fn only_current(store: &Store, ring: &KeyRing) -> Result<bool, Failure> {
    let needed = store.needed_keys().await?;
    let current = ring.current().map(MasterKey::id);
    let fits = match (store.key_check().await?, ring.current()) {
        (Some(kept), Some(key)) => kept == key.check(),
        _ => false,
    };
    // Rows that need a missing key stay as they are.
    let mut known = needed.iter().filter(|key| ring.find(key).is_some());
    Ok(fits && known.all(|key| Some(key) == current))
}

/// Records the current key as the database's key.
async fn note(store: &Store, ring: &KeyRing) -> Result<(), Failure> {
    if let (Some(kept), Some(key)) = (store.key_check().await?, ring.current()) {
        let store = store.seen_from(Origin::here(Actor::Operator, SystemClock.now()));
        if kept != key.check() {
            store
                .replace_key_check(&kept, key.check(), key.id())
                .await?;
        }
    }
    Ok(())
}

async fn remove(
    database: &Database,
    store: &Store,
    ring: &KeyRing,
    id: &str,
) -> Result<Report, Failure> {
    let id = KeyId::stored(id.to_owned());
    let seals = store.sealing_key().await?;
    // The waiting key takes over with `twinlock key rotate`, which the message below says.
    let other_waits = ring.next().is_some_and(|next| *next.id() != id);
    if !other_waits && seals.as_ref() == Some(&id) {
        return Err(Failure::refused(format!(
            "the key {} is the one that seals: `twinlock key new` and `twinlock key rotate` put another in its place first",
            id.as_str().escape_debug()
        )));
    }
    let rows = store.rows_of_key(&id).await?;
    let is_checked = match (store.key_check().await?, ring.find(&id)) {
        (Some(kept), Some(key)) => kept == key.check(),
        _ => false,
    };
    if rows > 0 || is_checked {
        return Err(Failure::refused(format!(
            "the key {} is needed by {rows} rows: run `twinlock key rotate` first",
            id.as_str().escape_debug()
        )));
    }
    refuse_sealing_elsewhere(store, &id, database).await?;
    // In a copy of the file from before the rotation, the sealing key is still the waiting key.
    let ring = match seals {
        Some(seals) if ring.next().is_some_and(|next| *next.id() == seals) => ring.clone().turned(),
        _ => ring.clone(),
    };
    let Some(rest) = ring.without(&id) else {
        return Err(Failure::refused(format!(
            "the key {} is not in the key file, or is the one that seals; `twinlock key list` shows all",
            id.as_str().escape_debug()
        )));
    };
    key_file::replace(&database.key_file, &rest).map_err(StartError::Key)?;
    let was_waiting = ring.next().is_some_and(|next| *next.id() == id);
    let copies = if was_waiting {
        "It has sealed nothing: destroy its copies too."
    } else {
        "Backups of the database from before the rotation open only with it: keep a copy with them, \
         and destroy it with the last of them."
    };
    Ok(Report::one(
        format!("Key {id} dropped. {copies}"),
        json!({ "id": id.as_str() }),
    ))
}

/// Refuses if another server may still seal with the key: one in a rotation from another copy of
/// the key file, or one that missed a rotation.
async fn refuse_sealing_elsewhere(
    store: &Store,
    key: &KeyId,
    database: &Database,
) -> Result<(), Failure> {
    let file = &database.key_file;
    let sealing = wait_until(async || presence::sealing_by(store, key, file).await).await?;
    if sealing.is_empty() {
        return Ok(());
    }
    Err(Failure::refused(format!(
        "the key {} seals rows, or is about to: {}. If `twinlock key rotate` is running, let it \
        finish; a server that seals by an older key needs the newest key file first. Then repeat \
        this. (A server that was killed is forgotten after two minutes.)",
        key.as_str().escape_debug(),
        presence::names(&sealing)
    )))
}
