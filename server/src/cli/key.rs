//! `twinlock key`: from one master key to the next, while the server runs.

use std::{
    fs::File,
    io::{self, Write},
    time::{Duration, Instant},
};

use domain::{
    events::{Actor, Origin},
    keys::KeyRing,
    ports::{Clock, PortError},
    vault::{KeyId, MasterKey},
};
use serde_json::{Value, json};
use storage::Store;

use super::{Failure, Report, args::KeyCommand};
use crate::{
    clock::SystemClock,
    config::{Database, DatabaseArgs},
    context::{OpenError, Opened, Opening, connected, open},
    entropy::SystemEntropy,
    files, keyfile,
    keys::{self, Progress, name_sealing_key, rotate},
    presence,
};

/// After this time every server that runs has read a changed key file, asked which key seals, and said so: each looks once a second.
const HEARD_BY_ALL: Duration = Duration::from_secs(3);
/// How often there is a look whether they have.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

pub(super) async fn run(
    command: &KeyCommand,
    database: &DatabaseArgs,
    json: bool,
) -> Result<Report, Failure> {
    let database = Database::new(database)?;
    if matches!(command, KeyCommand::New) && is_without_key(&database)? {
        return first(&database).await;
    }
    let opened = open(&database, Opening::Existing).await?;
    let result = command_on(&database, &opened, command, json).await;
    let result = super::key_events::noted(opened.store(), command, result).await;
    opened.close().await;
    result
}

/// A server's database gets its key file by this command only; a file's is made with it.
fn is_without_key(database: &Database) -> Result<bool, OpenError> {
    Ok(database.file().is_none() && !keyfile::exists(&database.key_file)?)
}

/// The first key, unless the database has one already.
async fn first(database: &Database) -> Result<Report, Failure> {
    let store = connected(database).await?;
    // What has no tables yet has no key either.
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
    let ring = keyfile::create(&database.key_file, &SystemEntropy, owner.as_ref());
    let ring = ring.map_err(OpenError::Key)?;
    let id = ring.current().map(|key| key.id().to_string());
    Ok(Report::one(
        format!(
            "Key file {file} made. Back it up apart from the database: without it nobody's authenticator works. Copy it to every machine that runs a server on this database."
        ),
        json!({ "id": id, "key_file": file.to_string() }),
    ))
}

async fn command_on(
    database: &Database,
    opened: &Opened,
    command: &KeyCommand,
    json: bool,
) -> Result<Report, Failure> {
    let _alone = match command {
        KeyCommand::List => None,
        KeyCommand::New | KeyCommand::Rotate | KeyCommand::Drop(_) => Some(alone(database)?),
    };
    // Read when nobody else changes it.
    let ring = keyfile::of(database).map_err(OpenError::Key)?;
    match command {
        KeyCommand::List => list(opened.store(), &ring).await,
        KeyCommand::New => new(database, &ring),
        KeyCommand::Rotate => turn(database, opened, ring, json).await,
        KeyCommand::Drop(args) => remove(database, opened.store(), &ring, &args.id).await,
    }
}

/// The right to change the key file, for as long as the answer lives.
fn alone(database: &Database) -> Result<File, Failure> {
    keyfile::refuse_unread_by_server(database).map_err(OpenError::Key)?;
    let owner = files::owner_of_new(database.file(), &database.key_file);
    let lock = keyfile::lock(&database.key_file, owner.as_ref()).map_err(OpenError::Key)?;
    lock.ok_or_else(|| {
        Failure::refused(
            "another `twinlock key` command is at work: repeat this one when it is done",
        )
    })
}

async fn list(store: &Store, ring: &KeyRing) -> Result<Report, Failure> {
    let seals = match store.sealing_key().await? {
        Some(key) => Some(key),
        None => ring.current().map(|key| key.id().clone()),
    };
    let mut items = Vec::new();
    for key in ring.keys() {
        let id = key.id();
        let rows = store.rows_of_key(id).await?;
        let waits = ring.next().is_some_and(|next| next.id() == id);
        let (state, said) = match (seals.as_ref() == Some(id), waits) {
            (true, _) => ("current", "seals"),
            (_, true) => ("next", "waits for `twinlock key rotate`"),
            (_, false) => ("old", "opens only"),
        };
        items.push((
            format!("{id}: {said}, {rows} rows"),
            json!({ "id": id.as_str(), "state": state, "rows": rows }),
        ));
    }
    let known: Vec<KeyId> = ring.keys().map(|key| key.id().clone()).collect();
    for lost in keys::lost(store, &known).await? {
        items.push((
            format!("{}: {lost}", lost.key),
            json!({ "id": lost.key.as_str(), "state": "missing", "rows": lost.rows }),
        ));
    }
    Ok(Report::list(items, "There are no keys."))
}

fn new(database: &Database, ring: &KeyRing) -> Result<Report, Failure> {
    let key = keyfile::draw(&SystemEntropy).map_err(OpenError::Key)?;
    let id = key.id().clone();
    let Some(more) = ring.with_next(key) else {
        return Err(Failure::refused(
            "a new key waits already: `twinlock key rotate` lets it seal",
        ));
    };
    keyfile::replace(&database.key_file, &more).map_err(OpenError::Key)?;
    let file = database.key_file.display();
    Ok(Report::one(
        format!(
            "Key {id} added to {file}. Back the file up, copy it to every machine that runs a server on this database, then run `twinlock key rotate`."
        ),
        json!({ "id": id.as_str() }),
    ))
}

/// The new key seals from here on, and what the old ones have sealed is sealed anew. Begun again, it goes on where it stopped.
async fn turn(
    database: &Database,
    opened: &Opened,
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
            keyfile::replace(&database.key_file, &ring).map_err(OpenError::Key)?;
        }
        if ring.keys().count() > 1 {
            return report(store, &ring, Progress::default()).await;
        }
        return Err(Failure::refused(
            "there is no other key to go to: add one with `twinlock key new`",
        ));
    }
    refuse_unless_known(store, &new, database).await?;
    opened.vault().reload(&ring);
    // From here on the database takes rows of both keys, and names the new one. Each server seals by it once it has asked.
    name_sealing_key(store, &ring, database).await?;
    let new = new.id();
    opened.vault().seal_by(new);
    wait_until(async || presence::sealing_otherwise(store, new, SystemClock.now()).await).await?;
    keyfile::replace(&database.key_file, &ring).map_err(OpenError::Key)?;

    let mut out = io::stdout();
    let said = |progress: Progress| {
        if !json {
            // A terminal that is closed stops nothing.
            let _ = writeln!(out, "{} rows sealed anew …", progress.done);
        }
    };
    let progress = rotate(store, &ring, opened.vault(), said).await?;
    note(store, &ring).await?;
    report(store, &ring, progress).await
}

/// The key file as it is afterwards: led by the key that waits, else by the one that seals already. The order of the others says nothing.
async fn to_go_to(store: &Store, ring: KeyRing) -> Result<KeyRing, PortError> {
    if ring.next().is_some() {
        return Ok(ring.turned());
    }
    Ok(match store.sealing_key().await? {
        Some(seals) => ring.led_by(&seals),
        None => ring,
    })
}

/// Every server must have the new key before anything is sealed by it: one that has not would open nobody's authenticator.
async fn refuse_unless_known(
    store: &Store,
    key: &MasterKey,
    database: &Database,
) -> Result<(), Failure> {
    let file = &database.key_file;
    let lacking = wait_until(async || presence::lacking(store, key, file, SystemClock.now()).await);
    let lacking = lacking.await?;
    if lacking.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = lacking.iter().map(|server| server.name.as_str()).collect();
    Err(Failure::refused(format!(
        "a server does not have the key {}, or can't use its key file: {}. Copy {} over its key file, which it reads within a second, then repeat this. (A server that was killed is forgotten after two minutes.)",
        key.id(),
        names.join(", "),
        file.display()
    )))
}

/// Waits until `find` finds nothing more, or has had its time; answers what it found last.
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
    Ok(fits && needed.iter().all(|key| Some(key) == current))
}

/// The database belongs to the current key from here on.
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

async fn report(store: &Store, ring: &KeyRing, progress: Progress) -> Result<Report, Failure> {
    let (mut free, mut needed) = (Vec::new(), Vec::new());
    for key in ring.keys().skip(1) {
        if store.rows_of_key(key.id()).await? == 0 {
            free.push(key.id().clone());
        } else {
            needed.push(key.id().clone());
        }
    }
    let Progress { done, damaged } = progress;
    let mut line = format!("{done} rows sealed anew.");
    line.extend(free.iter().map(|id| {
        format!(" Nothing needs the key {id} any more: `twinlock key drop {id}` takes it away.")
    }));
    for id in &needed {
        let people = keys::of_key(store, id.clone()).await?.names();
        line.extend([
            format!(" Rows of the key {id} do not open and stay as they are ({damaged}): nobody gets in by them."),
            format!(" Reset those people (`twinlock user reset-mfa`) before you drop it: {people}."),
        ]);
    }
    let ids = |keys: &[KeyId]| -> Vec<Value> { keys.iter().map(|id| json!(id.as_str())).collect() };
    let json =
        json!({ "sealed": done, "damaged": damaged, "free": ids(&free), "needed": ids(&needed) });
    Ok(Report::one(line, json))
}

async fn remove(
    database: &Database,
    store: &Store,
    ring: &KeyRing,
    id: &str,
) -> Result<Report, Failure> {
    let id = KeyId::stored(id.to_owned());
    if ring.next().is_none() && store.sealing_key().await?.as_ref() == Some(&id) {
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
    // In a copy of the file from before the rotation the key that seals still waits.
    let ring = match store.sealing_key().await? {
        Some(seals) if ring.next().is_some_and(|next| *next.id() == seals) => ring.clone().turned(),
        _ => ring.clone(),
    };
    let Some(rest) = ring.without(&id) else {
        return Err(Failure::refused(format!(
            "the key {} is not in the key file, or is the one that seals; `twinlock key list` shows all",
            id.as_str().escape_debug()
        )));
    };
    keyfile::replace(&database.key_file, &rest).map_err(OpenError::Key)?;
    Ok(Report::one(
        format!(
            "Key {id} dropped. Destroy its copies too; backups of the database from before the rotation need it."
        ),
        json!({ "id": id.as_str() }),
    ))
}
