//! The key file: holds the master keys outside the database, readable by the server's user alone.

mod error;
mod follower;
mod lock;
mod readers;

use std::{
    fs::{self, File, Metadata, OpenOptions, Permissions},
    io::{self, ErrorKind, Read, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    time::SystemTime,
};

use data_encoding::HEXLOWER;
use domain::{
    ports::Entropy,
    secrets::{keys::KeyRing, vault::MasterKey},
};
use zeroize::Zeroizing;

use crate::{
    config::Database,
    files::{
        self, SystemGroup, SystemUser, beside, folder_of,
        named_path::{KEY_FILE, NEW_KEY_FILE, NOT_THERE_YET, UNNAMED_KEY_FILE},
    },
};

pub use error::KeyFileError;
pub use follower::Follower;
pub use lock::lock;

/// Identifies a state of the file: modification time, inode, and the last change of owner or mode
/// (seconds and nanoseconds).
pub type Stamp = (SystemTime, u64, (i64, i64));

const OWNER_ONLY: u32 = 0o600;
/// The byte order mark that some editors write at the start of a text file.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Reads the key of a database. A new database file gets its key file together with it, each
/// readable by its owner alone. For a database server only the operator creates the key file,
/// because every machine needs the same one. New files are given to `owner`, if that is another
/// user.
pub fn open(
    database: &Database,
    entropy: &dyn Entropy,
    owner: Option<&Metadata>,
) -> Result<KeyRing, KeyFileError> {
    let key_file = &database.key_file;
    if exists(key_file)? {
        return read_for(key_file, server_user(database));
    }
    let Some(file) = database.file() else {
        return Err(missing(database));
    };
    if !is_new(database)? {
        // Another process may have created both since the check above.
        if exists(key_file)? {
            return read_for(key_file, server_user(database));
        }
        return Err(missing(database));
    }
    // The key is created first, because a database without its key would never start again.
    let ring = match create(key_file, entropy, owner) {
        Err(KeyFileError::Io { source, .. }) if source.kind() == ErrorKind::AlreadyExists => {
            read_for(key_file, server_user(database))?
        }
        made => made?,
    };
    make_database(file, owner)?;
    Ok(ring)
}

/// Creates an empty file, which `SQLite` takes for a new database.
pub fn make_database(file: &Path, owner: Option<&Metadata>) -> Result<(), KeyFileError> {
    let mut options = OpenOptions::new();
    match owner_only(options.create_new(true).write(true)).open(file) {
        // Accepts an empty file or one that another process has created since. A dangling link is
        // neither.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => fs::metadata(file).map(drop),
        made => made.and_then(|made| files::give(&made, owner)),
    }
    .map_err(failed("creating", file))
}

/// Reads the key file of an existing database.
pub fn of(database: &Database) -> Result<KeyRing, KeyFileError> {
    match read_for(&database.key_file, server_user(database)) {
        Err(KeyFileError::Io { source, .. }) if source.kind() == ErrorKind::NotFound => {
            Err(missing(database))
        }
        read => read,
    }
}

/// Returns the user of the database's server: the owner of the database file, if it is not empty.
fn server_user(database: &Database) -> Option<u32> {
    let found = fs::metadata(database.file()?).ok();
    found
        .filter(|found| found.len() > 0)
        .map(|found| found.uid())
}

fn missing(database: &Database) -> KeyFileError {
    // The folder may be missing too, or a link may be dangling.
    if let Err(error) = KEY_FILE.look(&database.key_file) {
        return error.into();
    }
    let Database {
        place, key_file, ..
    } = database.clone();
    if database.file().is_some() {
        KeyFileError::Missing {
            database: place,
            key_file,
        }
    } else {
        KeyFileError::NotCopied {
            database: place,
            key_file,
        }
    }
}

/// Creates a key file with a first key if there is none, and gives it to `owner`, if that is
/// another user. No process sees a partial file, and only one of two concurrent calls succeeds.
pub fn create(
    key_file: &Path,
    entropy: &dyn Entropy,
    owner: Option<&Metadata>,
) -> Result<KeyRing, KeyFileError> {
    NEW_KEY_FILE.look(key_file)?;
    let ring = KeyRing::new(draw(entropy)?);
    // The name is random so that no attacker can guess it and prepare a file there.
    let name: [u8; 16] = entropy.draw().map_err(KeyFileError::Entropy)?;
    let name = HEXLOWER.encode(&name);
    let new = beside(key_file, &format!(".new.{name}"));
    let made = write_new(&new, key_file, &ring, owner).and_then(|()| named(&new, key_file, owner));
    // The file now has the key file's name, or the creation failed.
    let _ = fs::remove_file(&new);
    made?;
    sync_folder(key_file).map_err(failed("creating", key_file))?;
    Ok(ring)
}

/// Writes the first key, unless the file system would let every user read it.
fn write_new(
    new: &Path,
    key_file: &Path,
    ring: &KeyRing,
    owner: Option<&Metadata>,
) -> Result<(), KeyFileError> {
    let fails = |error| of_new(key_file, error);
    let mut file = made(new).map_err(fails)?;
    let mode = file.metadata().map_err(fails)?.mode() & 0o777;
    if mode & !OWNER_ONLY & 0o077 != 0 {
        return Err(KeyFileError::NoPermissions {
            folder: folder_of(key_file).to_owned(),
            mode,
            own: SystemUser(files::own_user()),
        });
    }
    files::give(&file, owner)
        .and_then(|()| write(&mut file, ring))
        .map_err(fails)
}

/// Links a complete file to the key file's name, if that name is free. On file systems without hard
/// links concurrent processes take turns instead.
fn named(new: &Path, key_file: &Path, owner: Option<&Metadata>) -> Result<(), KeyFileError> {
    let fails = |error| of_new(key_file, error);
    match fs::hard_link(new, key_file) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(fails(error)),
        Err(_) => {}
        Ok(()) => return Ok(()),
    }
    let turn = lock::open_lock(key_file, owner)?;
    turn.lock().map_err(fails)?;
    if files::is_taken(key_file).map_err(fails)? {
        return Err(fails(ErrorKind::AlreadyExists.into()));
    }
    fs::rename(new, key_file).map_err(fails)
}

/// Returns whether the database has yet to be created. `SQLite` takes an empty file for a new one;
/// on a server the database must exist.
pub fn is_new(database: &Database) -> Result<bool, KeyFileError> {
    let Some(file) = database.file() else {
        return Ok(false);
    };
    match fs::metadata(file) {
        Ok(found) => Ok(found.len() == 0),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(true),
        Err(error) => Err(failed("looking at", file)(error)),
    }
}

/// Returns whether the file exists. A dangling link does not count; reading or creating the file
/// reports it.
pub fn exists(path: &Path) -> Result<bool, KeyFileError> {
    path.try_exists().map_err(|error| {
        let told = KEY_FILE.look(path).err().map(KeyFileError::from);
        told.unwrap_or_else(|| failed("looking for", path)(error))
    })
}

/// Reads a key file with the server's checks.
pub fn read(path: &Path) -> Result<KeyRing, KeyFileError> {
    read_for(path, Some(files::own_user()))
}

/// Reads a key file; `server` is the user of the server that reads it too, if known.
fn read_for(path: &Path, server: Option<u32>) -> Result<KeyRing, KeyFileError> {
    // Both checks and the read use one open file, even if its name is given to another file
    // meanwhile.
    let mut options = OpenOptions::new();
    // Opening a pipe without a writer would block.
    options.read(true).custom_flags(files::without_waiting());
    let mut file = options
        .open(path)
        .map_err(|error| not_opened(path, server, error))?;
    let found = file.metadata().map_err(failed("looking at", path))?;
    if !found.is_file() {
        return Err(KEY_FILE.not_a_file(path, found.file_type()).into());
    }
    readers::refuse_strangers(path, &found, server)?;
    let mut bytes = Zeroizing::new(Vec::new());
    file.read_to_end(&mut bytes)
        .map_err(failed("reading", path))?;
    let text = std::str::from_utf8(&bytes).ok();
    let text = text.map(|text| text.trim_start_matches(BYTE_ORDER_MARK));
    let ring = text.and_then(|text| text.parse().ok());
    ring.ok_or_else(|| KeyFileError::Malformed {
        key_file: path.to_owned(),
    })
}

/// Creates a key with a new id.
pub fn draw(entropy: &dyn Entropy) -> Result<MasterKey, KeyFileError> {
    let id = entropy.draw().map_err(KeyFileError::Entropy)?;
    let bytes = entropy.draw().map_err(KeyFileError::Entropy)?;
    Ok(MasterKey::from_random(id, bytes))
}

/// Names the file, its owner and the remedy if the file exists but can't be read.
fn not_opened(path: &Path, server: Option<u32>, error: io::Error) -> KeyFileError {
    match KEY_FILE.look(path) {
        Err(error) => error.into(),
        Ok(Some(found)) if error.kind() == ErrorKind::PermissionDenied => {
            KeyFileError::Unreadable {
                key_file: path.to_owned(),
                owner: SystemUser(found.uid()),
                mode: found.mode() & 0o777,
                own: SystemUser(files::own_user()),
                remedy: readers::remedy_for_own_reading(path, &found, server),
            }
        }
        Ok(_) => failed("looking at", path)(error),
    }
}

fn not_kept(path: &Path, owner: &Metadata) -> KeyFileError {
    KeyFileError::NotKept {
        key_file: path.to_owned(),
        owner: SystemUser(owner.uid()),
        group: SystemGroup(owner.gid()),
        own: SystemUser(files::own_user()),
    }
}

/// Refuses to change a key file that the database's owner can't read, because a server that runs as
/// that user would keep the old keys.
pub fn refuse_unread_by_server(database: &Database) -> Result<(), KeyFileError> {
    let Some(owner) = database.file().and_then(|file| fs::metadata(file).ok()) else {
        return Ok(());
    };
    let path = &database.key_file;
    let found = fs::metadata(path).map_err(failed("looking at", path))?;
    if readers::is_readable_by(&owner, &found) {
        return Ok(());
    }
    Err(KeyFileError::ServerCannotRead {
        key_file: path.clone(),
        database: database.place.clone(),
        user: SystemUser(owner.uid()),
        remedy: readers::remedy_for_reading(path, &found, owner.uid()),
    })
}

/// Replaces the ring in the file atomically; owner, group and mode stay. If the path is a link, its
/// target is replaced.
pub fn replace(path: &Path, ring: &KeyRing) -> Result<(), KeyFileError> {
    let path = &whole(path)?;
    let old = fs::metadata(path).map_err(failed("looking at", path))?;
    let new = beside(path, ".new");
    // An interrupted run may have left this file behind.
    let _ = fs::remove_file(&new);
    UNNAMED_KEY_FILE.look_beside(&new)?;
    let written = write_like(&new, path, &old, ring);
    let replaced = written
        .and_then(|()| fs::rename(&new, path).map_err(|error| of_folder("replacing", path, error)));
    if replaced.is_err() {
        // Keys must not remain in an unused file.
        let _ = fs::remove_file(&new);
    }
    replaced?;
    sync_folder(path).map_err(failed("replacing", path))
}

fn write_like(new: &Path, path: &Path, old: &Metadata, ring: &KeyRing) -> Result<(), KeyFileError> {
    let fails = |error| of_folder("writing", path, error);
    let mut file = made(new).map_err(fails)?;
    files::keep_owner(&file, old).map_err(|_| not_kept(path, old))?;
    write(&mut file, ring).map_err(fails)?;
    let mode = old.mode() & 0o777;
    if mode != OWNER_ONLY {
        file.set_permissions(Permissions::from_mode(mode))
            .and_then(|()| file.sync_all())
            .map_err(fails)?;
    }
    Ok(())
}

/// Resolves links in the file's path.
fn whole(path: &Path) -> Result<PathBuf, KeyFileError> {
    fs::canonicalize(path).map_err(failed("looking at", path))
}

/// Returns the stamp that identifies the current state of the file.
pub fn stamp(path: &Path) -> Option<Stamp> {
    let found = fs::metadata(path).ok()?;
    let changed = (found.ctime(), found.ctime_nsec());
    Some((found.modified().ok()?, found.ino(), changed))
}

/// Creates a file for its owner alone, under a name that is not taken.
fn made(path: &Path) -> io::Result<File> {
    owner_only(OpenOptions::new().create_new(true).write(true)).open(path)
}

/// Syncs the file to the disk before anything is sealed with the key.
fn write(file: &mut File, ring: &KeyRing) -> io::Result<()> {
    file.write_all(ring.expose().as_bytes())?;
    file.sync_all()
}

fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(folder_of(path))?.sync_all()
}

fn owner_only(options: &mut OpenOptions) -> &OpenOptions {
    options.mode(OWNER_ONLY)
}

fn failed(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> KeyFileError {
    let path = path.to_owned();
    move |source| KeyFileError::Io {
        doing,
        path,
        source,
    }
}

/// Explains why a new key file could not be created, usually because of its folder.
fn of_new(key_file: &Path, source: io::Error) -> KeyFileError {
    match source.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            let folder = NEW_KEY_FILE.closed_folder(key_file, NOT_THERE_YET);
            folder.into()
        }
        _ => failed("creating", key_file)(source),
    }
}

/// Explains why a file next to the key file could not be created: its folder refuses it, or the key
/// file is mounted alone.
fn of_folder(doing: &'static str, key_file: &Path, source: io::Error) -> KeyFileError {
    match source.kind() {
        ErrorKind::ResourceBusy => KeyFileError::Mounted {
            key_file: key_file.to_owned(),
        },
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => KeyFileError::Folder {
            folder: folder_of(key_file).to_owned(),
            key_file: key_file.to_owned(),
            own: SystemUser(files::own_user()),
            source,
        },
        _ => failed(doing, key_file)(source),
    }
}

#[cfg(test)]
mod tests;
