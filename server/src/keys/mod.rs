//! The key file and the database together: checks that they fit, and rotates from one master key to
//! the next.

pub mod key_file;
pub mod presence;

use std::fmt;

use domain::{
    people::email::Email,
    ports::{Entropy, PortError},
    secrets::{
        keys::{DataKeys, KeyRing},
        vault::{KeyId, MasterKey, Sealed, UnsealError as SealError, Vault},
    },
};
use storage::{KeyReplacement, SealedRow, SealedTable, Store};

use crate::{
    config::Database, context::StartError, keys::key_file::KeyFileError,
    system::entropy::SystemEntropy,
};

/// Rows per transaction: other transactions wait for a few milliseconds.
const BATCH: u32 = 50;

/// Returns the key that a database belongs to, by its check value.
///
/// # Errors
/// [`KeyFileError::Foreign`] if the key file does not hold the key: it is another database's, or
/// another copy of the right one.
pub async fn fitting<'a>(
    store: &Store,
    ring: &'a KeyRing,
    check: &[u8],
    database: &Database,
) -> Result<&'a MasterKey, StartError> {
    if let Some(key) = ring.fitting(check) {
        return Ok(key);
    }
    let Database {
        place, key_file, ..
    } = database.clone();
    // Databases from before version 11 do not name their key.
    let key = store.sealing_key().await.ok().flatten();
    if key.as_ref().is_some_and(|key| ring.find(key).is_some()) {
        // The line exists, but holds another key.
        return Err(KeyFileError::Damaged {
            database: place,
            key_file,
        }
        .into());
    }
    Err(KeyFileError::Foreign {
        database: place,
        key_file,
        key,
    }
    .into())
}

/// Refuses a key file without a key that every start needs. For keys that only single rows need,
/// see [`find_missing_keys`].
///
/// # Errors
/// [`KeyFileError::Lacks`], and those of the database.
pub async fn refuse_lacking(
    store: &Store,
    ring: &KeyRing,
    database: &Database,
) -> Result<(), StartError> {
    let needed = store.keys_of_data_keys().await?;
    match needed.into_iter().find(|key| ring.find(key).is_none()) {
        None => Ok(()),
        Some(key) => Err(KeyFileError::Lacks {
            database: database.place.clone(),
            key_file: database.key_file.clone(),
            key,
        }
        .into()),
    }
}

/// Authenticators that do not open, because no file has their key or their rows were changed. All
/// other users sign in as before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRows {
    /// The key that sealed them.
    pub key: KeyId,
    /// The number of rows sealed by that key.
    pub rows: u32,
    /// Some of the users whom they belong to.
    pub people: Vec<Email>,
}

/// The largest number of users that are named.
const NAMED: u32 = 10;

/// Returns the authenticators that none of the `known` keys opens, by key.
///
/// # Errors
/// Those of the database.
pub async fn find_missing_keys(store: &Store, known: &[KeyId]) -> Result<Vec<KeyRows>, PortError> {
    let mut lost = Vec::new();
    for key in store.needed_keys().await? {
        if !known.contains(&key) {
            lost.push(rows_of_key(store, key).await?);
        }
    }
    Ok(lost)
}

/// Returns the rows of a key, and some of their users.
///
/// # Errors
/// Those of the database.
pub async fn rows_of_key(store: &Store, key: KeyId) -> Result<KeyRows, PortError> {
    Ok(KeyRows {
        rows: store.rows_of_key(&key).await?,
        people: store.people_of_key(&key, NAMED).await?,
        key,
    })
}

impl KeyRows {
    /// Returns the users as a list, with an ellipsis if some are not named.
    #[must_use]
    pub fn names(&self) -> String {
        if self.people.is_empty() {
            // Only keys of authenticators that are still being set up.
            return "no one whose set-up is done".to_owned();
        }
        let names: Vec<String> = self.people.iter().map(ToString::to_string).collect();
        let more = if names.len() < self.rows as usize {
            ", …"
        } else {
            ""
        };
        format!("{}{more}", names.join(", "))
    }
}

impl fmt::Display for KeyRows {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, rows, .. } = self;
        write!(
            out,
            "the key {key} is not in the key file, and authenticators need it ({rows}): put the line that begins with `{key}:` back, or reset these people with `twinlock user reset-mfa`: {}",
            self.names()
        )
    }
}

/// Returns the vault, after checking that the keys open the database's data keys.
pub async fn vault(
    store: &Store,
    ring: &KeyRing,
    database: &Database,
) -> Result<Vault, StartError> {
    let Database {
        place, key_file, ..
    } = database.clone();
    let damaged = || KeyFileError::Damaged {
        database: place.clone(),
        key_file: key_file.clone(),
    };
    let current = ring.current().ok_or_else(damaged)?;
    let kept = store.keep_key_check(&current.check()).await?;
    let of_database = fitting(store, ring, &kept, database).await?;
    refuse_lacking(store, ring, database).await?;
    let mut data = Vec::new();
    for purpose in DataKeys::PURPOSES {
        let key = data_key(store, ring, of_database, purpose).await?;
        data.push((purpose, key));
    }
    let kept = |purpose: &str| {
        let found = data.iter().find(|(name, _)| *name == purpose);
        found.and_then(|(_, sealed)| sealed.clone())
    };
    let data = DataKeys::open(ring, kept).map_err(|_| damaged())?;
    let vault = Vault::with(ring, data);
    if let Some(key) = store.sealing_key().await? {
        vault.seal_by(&key);
    }
    Ok(vault)
}

/// Returns a data key as stored. The first time, derives it from the database's master key and
/// stores it. All servers use the one that was stored first. It is sealed by the key that seals the
/// others, so that a rotation that another process is completing leaves no key behind.
async fn data_key(
    store: &Store,
    ring: &KeyRing,
    of_database: &MasterKey,
    purpose: &str,
) -> Result<Option<Sealed>, StartError> {
    if let Some(kept) = store.data_key(purpose).await? {
        return Ok(Some(kept));
    }
    let nonce = draw()?;
    let Ok(mut first) = DataKeys::first(of_database, purpose, nonce) else {
        return Ok(None);
    };
    let sealing = store.sealing_key().await?;
    if let Some(sealing) = sealing.filter(|sealing| *sealing != first.key_id) {
        let ring = ring.clone().led_by(&sealing);
        match DataKeys::reseal(&ring, purpose, &first, draw()?) {
            Ok(sealed) => first = sealed,
            Err(_) => return Ok(None),
        }
    }
    store.keep_data_key(purpose, &first).await?;
    Ok(store.data_key(purpose).await?)
}

fn draw() -> Result<[u8; 24], PortError> {
    let entropy: &dyn Entropy = &SystemEntropy;
    entropy.draw()
}

/// The progress of a rotation to the current key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Rows that the current key seals now.
    pub done: u64,
    /// Rows that do not open with their key, and stay as they are.
    pub damaged: u64,
}

/// Makes the new key the sealing key by sealing the first data key with it. From then on the
/// database accepts rows of both keys, until [`rotate`] has sealed the other data keys too.
///
/// # Errors
/// Those of the database; [`KeyFileError::Damaged`] when the data key does not open.
pub async fn name_sealing_key(
    store: &Store,
    ring: &KeyRing,
    database: &Database,
) -> Result<Progress, StartError> {
    let [first, ..] = DataKeys::PURPOSES;
    let mut progress = Progress::default();
    data_key_anew(store, ring, first, &mut progress).await?;
    if progress.damaged == 0 {
        return Ok(progress);
    }
    Err(KeyFileError::Damaged {
        database: database.place.clone(),
        key_file: database.key_file.clone(),
    }
    .into())
}

/// Reseals everything with the current key, and reports progress after each batch. An interrupted
/// rotation can be run again, and continues from `progress`. The data keys come first: once the
/// current key seals all of them, no server writes a row with another key.
pub async fn rotate(
    store: &Store,
    ring: &KeyRing,
    vault: &Vault,
    mut progress: Progress,
    mut said: impl FnMut(Progress),
) -> Result<Progress, PortError> {
    data_keys(store, ring, &mut progress).await?;
    for table in SealedTable::ALL {
        let mut after = String::new();
        loop {
            let page = store
                .sealed_otherwise(table, &vault.key_id(), &after, BATCH)
                .await?;
            let Some(last) = page.last() else { break };
            last.id().clone_into(&mut after);
            let mut sealed = Vec::new();
            for row in page {
                match sealed_anew(vault, &row, draw()?) {
                    Ok(new) => sealed.push((row, new)),
                    // The row may open once its key is back.
                    Err(SealError::MissingKey(_)) => {}
                    Err(SealError::Changed) => progress.damaged += 1,
                }
            }
            progress.done += store.reseal(&sealed).await?;
            said(progress);
        }
    }
    Ok(progress)
}

async fn data_keys(
    store: &Store,
    ring: &KeyRing,
    progress: &mut Progress,
) -> Result<(), PortError> {
    for purpose in DataKeys::PURPOSES {
        data_key_anew(store, ring, purpose, progress).await?;
    }
    Ok(())
}

async fn data_key_anew(
    store: &Store,
    ring: &KeyRing,
    purpose: &str,
    progress: &mut Progress,
) -> Result<(), PortError> {
    let Some(kept) = store.data_key(purpose).await? else {
        return Ok(());
    };
    if ring.current().is_some_and(|key| *key.id() == kept.key_id) {
        return Ok(());
    }
    match DataKeys::reseal(ring, purpose, &kept, draw()?) {
        Ok(new) => {
            let replaced = store.replace_data_key(purpose, &kept, &new).await?;
            progress.done += u64::from(replaced == KeyReplacement::Replaced);
        }
        Err(_) => progress.damaged += 1,
    }
    Ok(())
}

fn sealed_anew(vault: &Vault, row: &SealedRow, nonce: [u8; 24]) -> Result<Sealed, SealError> {
    vault.reseal(row.key(), row.place(), nonce)
}
