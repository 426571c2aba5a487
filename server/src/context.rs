//! Wires the ports: this file alone decides which implementation stands behind which trait.

use std::{fs, io, sync::Arc, time::Duration};

use domain::{
    events::{Actor, Origin},
    ports::{Clock, Entropy, Hasher, PortError},
    secrets::vault::Vault,
    webauthn::relying_party::RelyingParty,
};
use storage::Store;
use thiserror::Error;
use usecases::{CookieNames, Services, Settings};

use crate::{
    config::{Branding, Database, DatabaseLocation, Limits, PublicUrl},
    files::{
        self, beside,
        named_path::{DATABASE, DATABASE_JOURNAL, JOURNAL, NEW_DATABASE, NOT_THERE_YET, PathError},
        work_lock::{WorkError, refuse_written},
    },
    hasher::{Argon2Hasher, Cost},
    health::Health,
    housekeeping::Housekeeping,
    keys::{
        self, fitting,
        key_file::{self, Follower, KeyFileError},
        presence::Presence,
    },
    system::{clock::SystemClock, entropy::SystemEntropy, signatures::RingSignatures},
};

/// How to open a database, and what to do if it does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenMode {
    /// Creates the database if it is missing and migrates it to this version's schema.
    Migrate,
    /// Like [`Self::Migrate`], but for a command: files that root creates are given to the user
    /// whose server uses them.
    Prepare,
    /// The database must exist, because a mistyped name must not create an empty database.
    Existing,
}

/// Why a database can't be opened.
#[derive(Debug, Error)]
pub enum StartError {
    /// The database does not exist.
    #[error(
        "there is no database {0}: `twinlock serve` and `twinlock migrate` make one, or name another with TWINLOCK_DATABASE_URL"
    )]
    NoDatabase(DatabaseLocation),
    /// The path of the database's file can't be used.
    #[error(transparent)]
    Path(#[from] Box<PathError>),
    /// Another command is writing the database.
    #[error(transparent)]
    Work(#[from] WorkError),
    /// The key file gives no usable key.
    #[error(transparent)]
    Key(#[from] KeyFileError),
    /// The database can't be opened.
    #[error("the database {0} can't be opened: {1}")]
    Store(DatabaseLocation, #[source] storage::OpenError),
    /// The database's schema is older than this version.
    #[error(
        "the database {0} is empty or was made by an older version: start the server once, or run `twinlock migrate`"
    )]
    Outdated(DatabaseLocation),
    /// The database does not answer, or refuses a query.
    #[error("{}: {}", if matches!(.0, PortError::Unavailable(_)) { "the database does not answer" } else { "the database refuses" }, source_of(.0))]
    Port(#[from] PortError),
    /// The hashing threads can't be started.
    #[error("the threads for password hashes can't be started: {0}")]
    Threads(#[source] io::Error),
}

/// An open database and its keys.
pub struct OpenDatabase {
    store: Arc<Store>,
    vault: Arc<Vault>,
    database: Database,
}

/// Opens a database with its keys, and checks that they belong together.
pub async fn open(database: &Database, opening: OpenMode) -> Result<OpenDatabase, StartError> {
    let file = if opening == OpenMode::Existing {
        DatabaseFile::MustExist
    } else {
        DatabaseFile::MayBeCreated
    };
    look_at(database, file)?;
    if let Some(file) = database.file() {
        // Nothing is created meanwhile.
        refuse_written(file)?;
    }
    if opening == OpenMode::Existing && key_file::is_new(database)? {
        return Err(StartError::NoDatabase(database.place.clone()));
    }
    let owner = match opening {
        OpenMode::Prepare => files::owner_of_new(database.file(), &database.key_file),
        OpenMode::Migrate | OpenMode::Existing => None,
    };
    let ring = key_file::open(database, &SystemEntropy, owner.as_ref())?;
    if let Some(file) = database.file()
        && opening != OpenMode::Existing
        && key_file::is_new(database)?
    {
        key_file::make_database(file, owner.as_ref())?;
    }
    let fails = |error| StartError::Store(database.place.clone(), error);
    let store = connected(database).await?;
    if let Some(file) = database.file() {
        // A command that began since the first check may not have seen this connection.
        refuse_written(file)?;
    }
    if !store.pending_migrations().await.map_err(fails)?.is_empty() {
        if opening == OpenMode::Existing {
            return Err(StartError::Outdated(database.place.clone()));
        }
        // Checked before anything changes. A database without tables has no check value yet;
        // [`keys::vault`] writes it below.
        if let Ok(Some(kept)) = store.key_check().await {
            fitting(&store, &ring, &kept, database).await?;
        }
        store.migrate().await.map_err(fails)?;
    }
    store.check_schema().await.map_err(fails)?;
    if opening != OpenMode::Existing {
        // Rewrites what an older version running in parallel wrote after the schema was migrated.
        store.bring_canonical_forms().await.map_err(fails)?;
    }
    match opening {
        OpenMode::Migrate | OpenMode::Prepare => warn_of_exposures(database),
        OpenMode::Existing => warn_of_foreign_owner(database),
    }
    let vault = match keys::vault(&store, &ring, database).await {
        // `twinlock key` may have replaced keys since the file was read.
        Err(StartError::Key(_)) => keys::vault(&store, &key_file::of(database)?, database).await,
        made => made,
    };
    let vault = vault?;
    // These keys have just opened the data keys.
    let proven = store.keys_of_data_keys().await?;
    let mut fingerprints = vault.fingerprints();
    fingerprints.retain(|known| proven.iter().any(|id| known.starts_with(&format!("{id}:"))));
    let follower = Follower::new(database.key_file.clone(), fingerprints);
    Ok(OpenDatabase {
        store: Arc::new(store),
        vault: Arc::new(vault.following(Box::new(follower))),
        database: database.clone(),
    })
}

/// What is expected of a database file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DatabaseFile {
    /// It is there already.
    MustExist,
    /// It is created if it is missing.
    MayBeCreated,
}

/// Refuses a database file that this process can't use or create, before the key file is read or
/// created.
pub(crate) fn look_at(database: &Database, expected: DatabaseFile) -> Result<(), Box<PathError>> {
    let Some(file) = database.file() else {
        return Ok(());
    };
    let named = match expected {
        DatabaseFile::MustExist => DATABASE,
        DatabaseFile::MayBeCreated => NEW_DATABASE,
    };
    let Some(found) = named.look(file)? else {
        return match expected {
            DatabaseFile::MustExist => Ok(()),
            DatabaseFile::MayBeCreated => named.refuse_closed_folder(file, NOT_THERE_YET),
        };
    };
    named.refuse_unwritable(file, &found)?;
    // `SQLite` follows a symbolic link to the database, but not to these files; a pipe would block
    // the open.
    let whole = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    for end in ["-journal", "-wal", "-shm"] {
        DATABASE_JOURNAL.look_beside(&beside(&whole, end))?;
    }
    // If another process has created the WAL file, it is reused, so the folder need not be
    // writable.
    if files::is_taken(&beside(file, "-wal")).unwrap_or(true) {
        return Ok(());
    }
    named.refuse_closed_folder(file, JOURNAL)
}

/// Warns if other users of this machine can change the database file or its folder.
pub(crate) fn warn_of_exposures(database: &Database) {
    for exposure in database.file().map(files::exposures).unwrap_or_default() {
        tracing::warn!("{exposure}");
    }
}

/// Warns if the command does not run as the file's owner, because the server may be unable to open
/// files that the command creates next to it.
fn warn_of_foreign_owner(database: &Database) {
    if let Some(warning) = database.file().and_then(files::foreign_owner) {
        tracing::warn!("{warning}");
    }
}

/// Connects to a database without checking its schema.
pub(crate) async fn connected(database: &Database) -> Result<Store, StartError> {
    let store = if database.trusted_network {
        Store::open_on_a_trusted_network(&database.url).await
    } else {
        Store::open(&database.url).await
    };
    store.map_err(|error| StartError::Store(database.place.clone(), error))
}

impl OpenDatabase {
    /// Waits for pending writes and closes the database, which leaves a single file without a
    /// journal.
    pub async fn close(&self) {
        self.store.close().await;
    }

    /// Creates the housekeeping that runs beside the server; the caller starts it.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn housekeeping(
        &self,
        clock: Arc<dyn Clock>,
        retention: Duration,
    ) -> Result<Housekeeping, PortError> {
        Ok(Housekeeping {
            store: Arc::clone(&self.store),
            vault: Arc::clone(&self.vault),
            clock,
            retention,
            presence: Presence::of_this_process(&self.database.key_file, &SystemEntropy)?,
        })
    }

    /// The health checks that load balancers and service managers request.
    pub fn health(&self, clock: Arc<dyn Clock>) -> Health {
        Health::new(Arc::clone(&self.store), self.database.clone(), clock)
    }

    /// The database itself, for what no use case covers.
    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// The keys.
    pub(crate) fn vault(&self) -> &Vault {
        &self.vault
    }

    /// Creates the services with the system's clock and randomness, at the standard hashing cost.
    pub fn services(&self, settings: Settings) -> Result<Services, StartError> {
        let hasher = Argon2Hasher::start(Cost::STANDARD, Arc::new(SystemEntropy))
            .map_err(StartError::Threads)?;
        Ok(self.services_with(
            Arc::new(SystemClock),
            Arc::new(SystemEntropy),
            Arc::new(hasher),
            settings,
        ))
    }

    /// Creates the services with other ports to the outside, so that tests can set the clock.
    pub fn services_with(
        &self,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        hasher: Arc<dyn Hasher>,
        settings: Settings,
    ) -> Services {
        let store = Arc::clone(&self.store);
        let services = Services {
            clock,
            entropy,
            hasher,
            signatures: Arc::new(RingSignatures),
            events: store.clone(),
            users: store.clone(),
            accounts: store.clone(),
            applications: store.clone(),
            sessions: store.clone(),
            members: store.clone(),
            step_ups: store.clone(),
            mfa: store.clone(),
            challenges: store.clone(),
            attempts: store.clone(),
            known_browsers: store.clone(),
            password_changes: store.clone(),
            imports: store.clone(),
            vault: self.vault.clone(),
            settings: Arc::new(settings),
            with_origin: Arc::new(move |services, origin| {
                on_store(services.clone(), Arc::new(store.seen_from(origin)))
            }),
        };
        let here = Origin::here(Actor::System, services.clock.now());
        services.seen_from(here)
    }
}

/// The services with another store behind the store ports.
fn on_store(services: Services, store: Arc<Store>) -> Services {
    Services {
        users: store.clone(),
        accounts: store.clone(),
        applications: store.clone(),
        sessions: store.clone(),
        members: store.clone(),
        step_ups: store.clone(),
        mfa: store.clone(),
        challenges: store.clone(),
        attempts: store.clone(),
        known_browsers: store.clone(),
        password_changes: store.clone(),
        imports: store.clone(),
        events: store,
        ..services
    }
}

/// The settings that the use cases need.
#[must_use]
pub fn settings(
    branding: &Branding,
    public_url: &PublicUrl,
    relying_party: Option<&RelyingParty>,
    limits: &Limits,
) -> Settings {
    Settings {
        brand: branding.brand.clone(),
        public_url: public_url.to_string(),
        relying_party: relying_party.cloned(),
        cookies: if public_url.is_https() {
            CookieNames::over_tls(public_url.port())
        } else {
            CookieNames::over_http(public_url.port())
        },
        address_limit: limits.address_limit,
        show_helpers: branding.show_helpers,
    }
}

/// Returns the cause of a port's error, for the operator.
pub(crate) fn source_of(error: &PortError) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string)
}
