//! Puts the ports together: which implementation stands behind which trait is decided here and nowhere else.

use std::{fs, io, sync::Arc, time::Duration};

use domain::{
    events::{Actor, Origin},
    ports::{Clock, Entropy, Hasher, PortError},
    secrets::vault::Vault,
};
use storage::Store;
use thiserror::Error;
use usecases::{CookieNames, Ports, Scope, Services, Settings};

use crate::{
    config::{Branding, Database, DatabaseLocation, Limits, PublicUrl},
    files::{
        self, beside,
        named_path::{DATABASE, DATABASE_JOURNAL, JOURNAL, NEW_DATABASE, NOT_THERE_YET, PathError},
    },
    hasher::{Argon2Hasher, Cost},
    health::Health,
    housekeeping::Keeper,
    keys::{
        self, fitting,
        key_file::{self, Follower, KeyFileError},
        presence::Presence,
    },
    system::{clock::SystemClock, entropy::SystemEntropy},
};

/// Whether a database that isn't there is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// It is made, and brought up to this version's schema.
    Migrate,
    /// The same by a command: what root makes is given to the user whose server will work with it.
    Prepare,
    /// It must be there: a mistyped name should not leave an empty database behind.
    Existing,
}

/// Why there is nothing to work with.
#[derive(Debug, Error)]
pub enum OpenError {
    /// No such database.
    #[error(
        "there is no database {0}: `twinlock serve` and `twinlock migrate` make one, or name another with TWINLOCK_DATABASE_URL"
    )]
    NoDatabase(DatabaseLocation),
    /// Something stands in the way of the database's file.
    #[error(transparent)]
    Path(#[from] Box<PathError>),
    /// No usable key.
    #[error(transparent)]
    Key(#[from] KeyFileError),
    /// The database does not open.
    #[error("the database {0} can't be opened: {1}")]
    Store(DatabaseLocation, #[source] storage::OpenError),
    /// Its schema is older than this version.
    #[error(
        "the database {0} is empty or was made by an older version: start the server once, or run `twinlock migrate`"
    )]
    Outdated(DatabaseLocation),
    /// The database does not answer, or refuses.
    #[error("{}: {}", if matches!(.0, PortError::Unavailable(_)) { "the database does not answer" } else { "the database refuses" }, source_of(.0))]
    Port(#[from] PortError),
    /// No threads.
    #[error("the threads for password hashes can't be started: {0}")]
    Threads(#[source] io::Error),
}

/// An open database and its key.
pub struct Opened {
    store: Arc<Store>,
    vault: Arc<Vault>,
    database: Database,
}

/// Opens a database with its key, and makes sure that they belong together.
pub async fn open(database: &Database, opening: Opening) -> Result<Opened, OpenError> {
    look_at(database, opening != Opening::Existing)?;
    if opening == Opening::Existing && key_file::is_new(database)? {
        return Err(OpenError::NoDatabase(database.place.clone()));
    }
    let owner = match opening {
        Opening::Prepare => files::owner_of_new(database.file(), &database.key_file),
        Opening::Migrate | Opening::Existing => None,
    };
    let ring = key_file::open(database, &SystemEntropy, owner.as_ref())?;
    if let Some(file) = database.file()
        && opening != Opening::Existing
        && key_file::is_new(database)?
    {
        key_file::make_database(file, owner.as_ref())?;
    }
    let fails = |error| OpenError::Store(database.place.clone(), error);
    let store = connected(database).await?;
    if !store.pending_migrations().await.map_err(fails)?.is_empty() {
        if opening == Opening::Existing {
            return Err(OpenError::Outdated(database.place.clone()));
        }
        // Before anything changes; a database without tables has no check value yet, and gets it below.
        if let Ok(Some(kept)) = store.key_check().await {
            fitting(&store, &ring, &kept, database).await?;
        }
        store.migrate().await.map_err(fails)?;
    }
    store.check_schema().await.map_err(fails)?;
    if opening != Opening::Existing {
        // What an older version wrote beside this one, after the schema was brought up to date.
        store.bring_canonical_forms().await.map_err(fails)?;
    }
    match opening {
        Opening::Migrate | Opening::Prepare => warn_of_exposures(database),
        Opening::Existing => warn_of_foreign_owner(database),
    }
    let vault = match keys::vault(&store, &ring, database).await {
        // `twinlock key` may have exchanged keys since the file was read.
        Err(OpenError::Key(_)) => keys::vault(&store, &key_file::of(database)?, database).await,
        made => made,
    };
    let vault = vault?;
    // The data keys have just been opened by them.
    let proven = store.keys_of_data_keys().await?;
    let mut fingerprints = vault.fingerprints();
    fingerprints.retain(|known| proven.iter().any(|id| known.starts_with(&format!("{id}:"))));
    let follower = Follower::new(database.key_file.clone(), fingerprints);
    Ok(Opened {
        store: Arc::new(store),
        vault: Arc::new(vault.following(Box::new(follower))),
        database: database.clone(),
    })
}

/// Refuses a database file that this process can't use, or could not make, before its key file is read or made.
pub(crate) fn look_at(database: &Database, is_made: bool) -> Result<(), Box<PathError>> {
    let Some(file) = database.file() else {
        return Ok(());
    };
    let named = if is_made { NEW_DATABASE } else { DATABASE };
    let Some(found) = named.look(file)? else {
        return if is_made {
            named.refuse_closed_folder(file, NOT_THERE_YET)
        } else {
            Ok(())
        };
    };
    named.refuse_unwritable(file, &found)?;
    // The engine follows a link to the database, and none to these; a pipe would keep it waiting.
    let whole = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    for end in ["-journal", "-wal", "-shm"] {
        DATABASE_JOURNAL.look_beside(&beside(&whole, end))?;
    }
    // One that is there is written to: some other process has made it.
    if files::is_taken(&beside(file, "-wal")).unwrap_or(true) {
        return Ok(());
    }
    named.refuse_closed_folder(file, JOURNAL)
}

/// Warns of a database file, or its folder, that other users of this machine can change.
pub(crate) fn warn_of_exposures(database: &Database) {
    for exposure in database.file().map(files::exposures).unwrap_or_default() {
        tracing::warn!("{exposure}");
    }
}

/// Warns of a command that is not the owner's: what it makes beside the file may be closed to the server.
fn warn_of_foreign_owner(database: &Database) {
    if let Some(warning) = database.file().and_then(files::foreign_owner) {
        tracing::warn!("{warning}");
    }
}

/// Connects to a database, whatever its schema is.
pub(crate) async fn connected(database: &Database) -> Result<Store, OpenError> {
    let store = if database.trusted_network {
        Store::open_on_a_trusted_network(&database.url).await
    } else {
        Store::open(&database.url).await
    };
    store.map_err(|error| OpenError::Store(database.place.clone(), error))
}

impl Opened {
    /// Waits for what is being written and closes the database, which leaves one tidy file.
    pub async fn close(&self) {
        self.store.close().await;
    }

    /// What works beside the server, to be started.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn keeper(&self, clock: Arc<dyn Clock>, retention: Duration) -> Result<Keeper, PortError> {
        Ok(Keeper {
            store: Arc::clone(&self.store),
            vault: Arc::clone(&self.vault),
            clock,
            retention,
            presence: Presence::of_this_process(&self.database.key_file, &SystemEntropy)?,
        })
    }

    /// What balancers and service managers ask.
    pub fn health(&self, clock: Arc<dyn Clock>) -> Health {
        Health::new(Arc::clone(&self.store), self.database.clone(), clock)
    }

    /// The database itself, for what no use case needs.
    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// The keys.
    pub(crate) fn vault(&self) -> &Vault {
        &self.vault
    }

    /// The services on the system's clock and randomness, at the standard cost of a hash.
    pub fn services(&self, settings: Settings) -> Result<Services, OpenError> {
        let hasher = Argon2Hasher::start(Cost::STANDARD, Arc::new(SystemEntropy))
            .map_err(OpenError::Threads)?;
        Ok(self.services_with(
            Arc::new(SystemClock),
            Arc::new(SystemEntropy),
            Arc::new(hasher),
            settings,
        ))
    }

    /// The services on other ports to the outside: tests set the clock.
    pub fn services_with(
        &self,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        hasher: Arc<dyn Hasher>,
        settings: Settings,
    ) -> Services {
        let store = &self.store;
        let base = Ports {
            clock,
            entropy,
            hasher,
            events: store.clone(),
            users: store.clone(),
            accounts: store.clone(),
            sessions: store.clone(),
            members: store.clone(),
            step_ups: store.clone(),
            mfa: store.clone(),
            attempts: store.clone(),
            known_browsers: store.clone(),
            password_changes: store.clone(),
            vault: self.vault.clone(),
            settings: Arc::new(settings),
            scope: Arc::new(OneRequest(store.clone())),
        };
        let here = Origin::here(Actor::System, base.clock.now());
        Services::from(base).seen_from(here)
    }
}

/// The store behind the ports of one request.
struct OneRequest(Arc<Store>);

impl Scope for OneRequest {
    fn seen_from(&self, services: &Services, origin: Origin) -> Services {
        let store = Arc::new(self.0.seen_from(origin));
        let ports = Ports {
            users: store.clone(),
            accounts: store.clone(),
            sessions: store.clone(),
            members: store.clone(),
            step_ups: store.clone(),
            mfa: store.clone(),
            attempts: store.clone(),
            known_browsers: store.clone(),
            password_changes: store.clone(),
            events: store,
            ..Ports::clone(services)
        };
        ports.into()
    }
}

/// What the use cases need to know of the settings.
#[must_use]
pub fn settings(branding: &Branding, public_url: &PublicUrl, limits: &Limits) -> Settings {
    Settings {
        brand: branding.brand.clone(),
        public_url: public_url.to_string(),
        cookies: CookieNames::new(public_url.is_https(), public_url.port()),
        address_limit: limits.address_limit,
        show_helpers: branding.show_helpers,
    }
}

/// The reason behind a port's error, for the operator.
pub(crate) fn source_of(error: &PortError) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string)
}
