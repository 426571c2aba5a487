//! The key file: the master keys, apart from the database, readable by its owner alone.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    time::SystemTime,
};

use data_encoding::HEXLOWER;
use domain::{
    keys::KeyRing,
    ports::{Entropy, PortError},
    vault::{KeyId, MasterKey},
};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::{
    config::{Database, Place},
    files::{self, beside},
};

const OWNER_ONLY: u32 = 0o600;

/// Why there is no usable key.
#[derive(Debug, Error)]
pub enum KeyFileError {
    /// The database exists, its key file does not.
    #[error(
        "the database {database} is there, but its key file {key_file} is not: copy the key file back from where you keep it, or name it with TWINLOCK_KEY_FILE"
    )]
    Missing {
        /// The database.
        database: Place,
        /// The key file.
        key_file: PathBuf,
    },
    /// A server's database, and no key file on this machine.
    #[error(
        "there is no key file {key_file} for the database {database}: copy it from a machine that runs a server on this database, or, if the database is new, make it with `twinlock key new`"
    )]
    NotCopied {
        /// The database.
        database: Place,
        /// The key file.
        key_file: PathBuf,
    },
    /// Others may read it.
    #[error(
        "the key file {key_file} can be read by others (mode {mode:04o}): run `chmod 600 {key_file}`"
    )]
    Exposed {
        /// The key file.
        key_file: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// Another user can change it.
    #[error(
        "the key file {key_file} belongs to user {owner}, who can change it: run `chown {own} {key_file}`, or run this as user {owner}"
    )]
    OfAnother {
        /// The key file.
        key_file: PathBuf,
        /// Whose it is, by number.
        owner: u32,
        /// Who this process is, by number.
        own: u32,
    },
    /// It is a folder, a pipe or a device.
    #[error("{key_file} is no regular file: name the key file itself with TWINLOCK_KEY_FILE")]
    NotAFile {
        /// The key file.
        key_file: PathBuf,
    },
    /// It holds something else.
    #[error(
        "{key_file} is no key file: it should hold a line a key, an id and a key with a colon between"
    )]
    Malformed {
        /// The key file.
        key_file: PathBuf,
    },
    /// It is another database's.
    #[error(
        "the key file {key_file} does not belong to the database {database}: name the right one with TWINLOCK_KEY_FILE"
    )]
    Foreign {
        /// The database.
        database: Place,
        /// The key file.
        key_file: PathBuf,
    },
    /// Rows need a key that it does not hold.
    #[error(
        "the key file {key_file} lacks the key {key}, by which rows of the database {database} are sealed: put the line that begins with `{key}:` back from where you keep the key file"
    )]
    Lacks {
        /// The database.
        database: Place,
        /// The key file.
        key_file: PathBuf,
        /// The first key that is missing.
        key: KeyId,
    },
    /// What the database keeps under its key does not open.
    #[error(
        "the keys that the database {database} holds do not open with the key file {key_file}: one of the two was changed; put both back from one backup"
    )]
    Damaged {
        /// The database.
        database: Place,
        /// The key file.
        key_file: PathBuf,
    },
    /// The file system said no.
    #[error("{doing} {path}: {source}")]
    Io {
        /// What was tried.
        doing: &'static str,
        /// With which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// No random bytes.
    #[error("the system gives no random bytes for a new key: {0}")]
    Entropy(#[source] PortError),
}

/// Reads the key of a database. A new file gets its key together with it, each readable by its owner alone; a server's is only ever put
/// there by people, as every machine needs the same.
pub fn open(database: &Database, entropy: &dyn Entropy) -> Result<KeyRing, KeyFileError> {
    if exists(&database.key_file)? {
        return read(&database.key_file);
    }
    let Database {
        place, key_file, ..
    } = database.clone();
    let Some(file) = database.file() else {
        return Err(KeyFileError::NotCopied {
            database: place,
            key_file,
        });
    };
    if !is_new(database)? {
        // Another start may have made both since the look above.
        if exists(&key_file)? {
            return read(&key_file);
        }
        return Err(KeyFileError::Missing {
            database: place,
            key_file,
        });
    }
    // The key first: a database without its key would never start again.
    let ring = match create(&key_file, entropy) {
        Err(KeyFileError::Io { source, .. }) if source.kind() == io::ErrorKind::AlreadyExists => {
            read(&key_file)?
        }
        made => made?,
    };
    let mut options = OpenOptions::new();
    match owner_only(options.create_new(true).write(true)).open(file) {
        // An empty file, or one that another start has made since. A link that leads to nothing is neither.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            fs::metadata(file)
                .map(drop)
                .map_err(failed("creating", file))?;
        }
        made => drop(made.map_err(failed("creating", file))?),
    }
    Ok(ring)
}

/// Makes a key file with a first key, where there is none. Whoever finds it finds it whole, and of two that make one only one does.
pub fn create(key_file: &Path, entropy: &dyn Entropy) -> Result<KeyRing, KeyFileError> {
    let ring = KeyRing::new(draw(entropy)?);
    // A name that nobody can guess, and so prepare.
    let name: [u8; 16] = entropy.draw().map_err(KeyFileError::Entropy)?;
    let name = HEXLOWER.encode(&name);
    let new = beside(key_file, &format!(".new.{name}"));
    let mut options = OpenOptions::new();
    let options = owner_only(options.create_new(true).write(true));
    write(options, &new, &ring).map_err(failed("creating", key_file))?;
    let made = fs::hard_link(&new, key_file);
    // It has the key file's name by now, or none at all.
    let _ = fs::remove_file(&new);
    made.and_then(|()| sync_folder(key_file))
        .map_err(failed("creating", key_file))?;
    Ok(ring)
}

/// Whether the database has yet to be made. `SQLite` takes an empty file for a new database; a server's is there, or nobody could connect.
pub fn is_new(database: &Database) -> Result<bool, KeyFileError> {
    let Some(file) = database.file() else {
        return Ok(false);
    };
    match fs::metadata(file) {
        Ok(found) => Ok(found.len() == 0),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(failed("looking at", file)(error)),
    }
}

/// Whether the file is there.
pub fn exists(path: &Path) -> Result<bool, KeyFileError> {
    path.try_exists().map_err(failed("looking for", path))
}

/// Reads a key file.
pub fn read(path: &Path) -> Result<KeyRing, KeyFileError> {
    // Both looks and the reading are of one file, even if its name is given to another meanwhile.
    let mut options = OpenOptions::new();
    // A pipe without a writer would keep the opening waiting.
    options.read(true).custom_flags(files::without_waiting());
    let mut file = options.open(path).map_err(failed("looking at", path))?;
    let found = file.metadata().map_err(failed("looking at", path))?;
    if !found.is_file() {
        return Err(KeyFileError::NotAFile {
            key_file: path.to_owned(),
        });
    }
    if !files::is_trusted(&found) {
        return Err(KeyFileError::OfAnother {
            key_file: path.to_owned(),
            owner: found.uid(),
            own: files::own_user(),
        });
    }
    let mode = found.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(KeyFileError::Exposed {
            key_file: path.to_owned(),
            mode,
        });
    }
    let mut bytes = Zeroizing::new(Vec::new());
    file.read_to_end(&mut bytes)
        .map_err(failed("reading", path))?;
    let text = std::str::from_utf8(&bytes).ok();
    let ring = text.and_then(|text| text.parse().ok());
    ring.ok_or_else(|| KeyFileError::Malformed {
        key_file: path.to_owned(),
    })
}

/// A new key with an id of its own.
pub fn draw(entropy: &dyn Entropy) -> Result<MasterKey, KeyFileError> {
    let id = entropy.draw().map_err(KeyFileError::Entropy)?;
    let bytes = entropy.draw().map_err(KeyFileError::Entropy)?;
    Ok(MasterKey::from_random(id, bytes))
}

/// Lets one command at a time change a key file: of two that had read the same one, the later would take the other's key away. It stands
/// for as long as the answer lives, and ends with the process however that ends. `None` while another has it.
pub fn lock(path: &Path) -> Result<Option<File>, KeyFileError> {
    let lock = beside(path, ".lock");
    let mut options = OpenOptions::new();
    options.custom_flags(files::no_follow());
    let options = owner_only(options.create(true).append(true));
    let file = options.open(&lock).map_err(failed("locking", &lock))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(failed("locking", &lock)(error)),
    }
}

/// Puts another ring in the place of the file, as a whole or not at all.
pub fn replace(path: &Path, ring: &KeyRing) -> Result<(), KeyFileError> {
    let new = beside(path, ".new");
    // What a run that was cut short left behind.
    let _ = fs::remove_file(&new);
    let mut options = OpenOptions::new();
    let options = owner_only(options.create_new(true).write(true));
    write(options, &new, ring).map_err(failed("writing", &new))?;
    fs::rename(&new, path)
        .and_then(|()| sync_folder(path))
        .map_err(failed("replacing", path))
}

/// What tells one state of the file from another: when it was written, and which file it is.
pub fn stamp(path: &Path) -> Option<(SystemTime, u64)> {
    let found = fs::metadata(path).ok()?;
    Some((found.modified().ok()?, found.ino()))
}

/// Written through to the disk before anything is sealed with it.
fn write(options: &OpenOptions, path: &Path, ring: &KeyRing) -> io::Result<()> {
    let mut file = options.open(path)?;
    file.write_all(ring.expose().as_bytes())?;
    file.sync_all()
}

fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
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

#[cfg(test)]
mod tests;
