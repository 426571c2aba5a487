//! The key file: the master key, apart from the database, readable by its owner alone.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use domain::{
    ports::{Entropy, PortError},
    vault::MasterKey,
};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::config::Database;

const OWNER_ONLY: u32 = 0o600;

/// Why there is no usable key.
#[derive(Debug, Error)]
pub enum KeyFileError {
    /// The database exists, its key file does not.
    #[error(
        "the database {database} is there, but its key file {key_file} is not: copy the key file back from where you keep it, or name it with TWINLOCK_KEY_FILE"
    )]
    Missing {
        /// The database file.
        database: PathBuf,
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
    /// It holds something else.
    #[error(
        "{key_file} is no key file: it should hold one line, an id and a key with a colon between"
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
        /// The database file.
        database: PathBuf,
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

/// Reads the key of a database; for a new one makes key and database file together, each readable by its owner alone.
pub fn open(database: &Database, entropy: &dyn Entropy) -> Result<MasterKey, KeyFileError> {
    if exists(&database.key_file)? {
        return read(&database.key_file);
    }
    if !is_new(database)? {
        let Database { file, key_file, .. } = database.clone();
        return Err(KeyFileError::Missing {
            database: file,
            key_file,
        });
    }
    // The key first: a database without its key would never start again.
    let key = create(&database.key_file, entropy)?;
    let options = owner_only(OpenOptions::new().create(true).append(true)).open(&database.file);
    options.map_err(failed("creating", &database.file))?;
    Ok(key)
}

/// Whether the database has yet to be made. `SQLite` takes an empty file for a new database.
pub fn is_new(database: &Database) -> Result<bool, KeyFileError> {
    match fs::metadata(&database.file) {
        Ok(found) => Ok(found.len() == 0),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(failed("looking at", &database.file)(error)),
    }
}

fn exists(path: &Path) -> Result<bool, KeyFileError> {
    path.try_exists().map_err(failed("looking for", path))
}

fn read(path: &Path) -> Result<MasterKey, KeyFileError> {
    let mode = fs::metadata(path)
        .map_err(failed("looking at", path))?
        .permissions()
        .mode()
        & 0o777;
    if mode & 0o077 != 0 {
        return Err(KeyFileError::Exposed {
            key_file: path.to_owned(),
            mode,
        });
    }
    let bytes = Zeroizing::new(fs::read(path).map_err(failed("reading", path))?);
    let text = std::str::from_utf8(&bytes).ok();
    let key = text.and_then(|text| text.parse().ok());
    key.ok_or_else(|| KeyFileError::Malformed {
        key_file: path.to_owned(),
    })
}

/// Written through to the disk before anything is sealed with it.
fn create(path: &Path, entropy: &dyn Entropy) -> Result<MasterKey, KeyFileError> {
    let id = entropy.draw().map_err(KeyFileError::Entropy)?;
    let key = MasterKey::from_random(id, entropy.draw().map_err(KeyFileError::Entropy)?);
    let write = || -> io::Result<()> {
        let mut file = owner_only(OpenOptions::new().create_new(true).write(true)).open(path)?;
        file.write_all(key.expose().as_bytes())?;
        file.sync_all()?;
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    };
    write().map_err(failed("creating", path))?;
    Ok(key)
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
mod tests {
    use super::*;
    use crate::{config::DatabaseArgs, entropy::SystemEntropy};
    use domain::vault::Vault;
    use tempfile::TempDir;

    fn database() -> (TempDir, Database) {
        let folder = tempfile::tempdir().unwrap();
        let database_url = format!("sqlite:{}", folder.path().join("a.db").display());
        let database = Database::new(&DatabaseArgs {
            database_url,
            key_file: None,
        })
        .unwrap();
        (folder, database)
    }

    fn check(key: &MasterKey) -> [u8; 32] {
        *Vault::new(key).key_check()
    }

    #[test]
    fn a_new_database_gets_a_key_that_is_found_again() {
        let (_folder, database) = database();
        let made = open(&database, &SystemEntropy).ok().unwrap();
        for file in [&database.key_file, &database.file] {
            assert_eq!(
                fs::metadata(file).unwrap().permissions().mode() & 0o777,
                OWNER_ONLY,
                "{}",
                file.display()
            );
        }
        let found = open(&database, &SystemEntropy).ok().unwrap();
        assert_eq!(check(&made), check(&found));
    }

    #[test]
    fn a_database_without_its_key_file_stops_the_start() {
        let (_folder, database) = database();
        fs::write(&database.file, "SQLite format 3").unwrap();
        let error = open(&database, &SystemEntropy).err().unwrap();
        assert!(matches!(error, KeyFileError::Missing { .. }), "{error}");
        assert!(
            error
                .to_string()
                .contains(database.key_file.to_str().unwrap())
        );
        assert!(!database.key_file.exists(), "none is made");
    }

    #[test]
    fn a_key_file_that_others_may_read_is_refused_with_the_remedy() {
        let (_folder, database) = database();
        open(&database, &SystemEntropy).ok().unwrap();
        for mode in [0o640, 0o604, 0o660] {
            fs::set_permissions(&database.key_file, fs::Permissions::from_mode(mode)).unwrap();
            let error = open(&database, &SystemEntropy).err().unwrap().to_string();
            assert!(
                error.ends_with(&format!("run `chmod 600 {}`", database.key_file.display())),
                "{error}"
            );
        }
        fs::set_permissions(&database.key_file, fs::Permissions::from_mode(0o400)).unwrap();
        assert!(open(&database, &SystemEntropy).is_ok());
    }

    #[test]
    fn another_file_is_refused_without_showing_it() {
        let (_folder, database) = database();
        let mut file = owner_only(OpenOptions::new().create_new(true).write(true))
            .open(&database.key_file)
            .unwrap();
        file.write_all(b"hunter2").unwrap();
        let error = open(&database, &SystemEntropy).err().unwrap();
        assert!(matches!(error, KeyFileError::Malformed { .. }));
        assert!(!error.to_string().contains("hunter2"));
    }

    #[test]
    fn a_folder_that_does_not_exist_is_named() {
        let (folder, mut database) = database();
        database.key_file = folder.path().join("missing/a.key");
        let error = open(&database, &SystemEntropy).err().unwrap().to_string();
        assert!(
            error.starts_with("creating ") && error.contains("missing/a.key"),
            "{error}"
        );
    }
}
