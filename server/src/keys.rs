//! The key file and the database together: whether they fit, and the way from one master key to the next.

use domain::{
    keys::{DataKeys, KeyRing},
    ports::{Entropy, PortError},
    vault::{MasterKey, OpenError as SealError, Place, Sealed, Vault},
};
use storage::{SealedRow, SealedTable, Store};

use crate::{config::Database, context::OpenError, entropy::SystemEntropy, keyfile::KeyFileError};

/// Rows a transaction: others wait for a few milliseconds.
const BATCH: u32 = 50;

/// The key that a database was written with.
pub fn fitting<'a>(
    ring: &'a KeyRing,
    check: &[u8],
    database: &Database,
) -> Result<&'a MasterKey, OpenError> {
    let Database { place, key_file, .. } = database.clone();
    let foreign = KeyFileError::Foreign {
        database: place,
        key_file,
    };
    ring.fitting(check).ok_or_else(|| foreign.into())
}

/// The keys to work with, once it is sure that every row can be opened.
pub async fn vault(store: &Store, ring: &KeyRing, database: &Database) -> Result<Vault, OpenError> {
    let Database { place, key_file, .. } = database.clone();
    let damaged = || KeyFileError::Damaged {
        database: place.clone(),
        key_file: key_file.clone(),
    };
    let current = ring.current().ok_or_else(damaged)?;
    let kept = store.keep_key_check(&current.check()).await?;
    let of_database = fitting(ring, &kept, database)?;
    let needed = store.needed_keys().await?;
    if let Some(key) = needed.into_iter().find(|key| ring.find(key).is_none()) {
        return Err(KeyFileError::Lacks {
            database: place,
            key_file,
            key,
        }
        .into());
    }
    let mut data = Vec::new();
    for purpose in DataKeys::PURPOSES {
        data.push((purpose, data_key(store, of_database, purpose).await?));
    }
    let kept = |purpose: &str| {
        let found = data.iter().find(|(name, _)| *name == purpose);
        found.and_then(|(_, sealed)| sealed.clone())
    };
    let data = DataKeys::open(ring, kept).map_err(|_| damaged())?;
    Ok(Vault::with(ring, data))
}

/// A data key as it is kept; the first time, as the database's master key gives it.
async fn data_key(
    store: &Store,
    of_database: &MasterKey,
    purpose: &str,
) -> Result<Option<Sealed>, OpenError> {
    if let Some(kept) = store.data_key(purpose).await? {
        return Ok(Some(kept));
    }
    let nonce = draw()?;
    let Ok(first) = DataKeys::first(of_database, purpose, nonce) else {
        return Ok(None);
    };
    store.keep_data_key(purpose, &first).await?;
    Ok(store.data_key(purpose).await?)
}

fn draw() -> Result<[u8; 24], PortError> {
    let entropy: &dyn Entropy = &SystemEntropy;
    entropy.draw()
}

/// How far the way to the current key has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Rows that are sealed by the current key now.
    pub done: u64,
    /// Rows that do not open, and stay as they are.
    pub damaged: u64,
}

/// Seals everything anew under the current key, and says how far it has come after each batch. It may be cut short and begun again.
pub async fn rotate(
    store: &Store,
    ring: &KeyRing,
    vault: &Vault,
    mut said: impl FnMut(Progress),
) -> Result<Progress, PortError> {
    let mut progress = Progress::default();
    data_keys(store, ring, &mut progress).await?;
    for table in [SealedTable::Methods, SealedTable::Pending] {
        let mut after = String::new();
        loop {
            let page = store
                .sealed_otherwise(table, &vault.key_id(), &after, BATCH)
                .await?;
            let Some(last) = page.last() else { break };
            last.id().clone_into(&mut after);
            let (mut sealed, read) = (Vec::new(), page.len());
            for row in page {
                if let Ok(new) = sealed_anew(vault, &row, draw()?) {
                    sealed.push((row, new));
                }
            }
            progress.damaged += (read - sealed.len()) as u64;
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
        let Some(kept) = store.data_key(purpose).await? else {
            continue;
        };
        if ring.current().is_some_and(|key| *key.id() == kept.key_id) {
            continue;
        }
        match DataKeys::reseal(ring, purpose, &kept, draw()?) {
            Ok(new) => {
                let replaced = store.replace_data_key(purpose, &kept, &new).await?;
                progress.done += u64::from(replaced);
            }
            Err(_) => progress.damaged += 1,
        }
    }
    Ok(())
}

fn sealed_anew(vault: &Vault, row: &SealedRow, nonce: [u8; 24]) -> Result<Sealed, SealError> {
    let (place, key) = match row {
        SealedRow::Method(user, method, key) => (Place::Method(user, method), key),
        SealedRow::Pending(user, session, key) => (Place::Pending(user, session), key),
    };
    vault.seal(&vault.open(key, place)?, place, nonce)
}
