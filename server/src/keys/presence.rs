//! Publishes to the other servers on the database that this server runs, and which master keys it
//! has read. `twinlock key rotate` goes on only when each of them has the new key.

use std::{fs, os::unix::fs::MetadataExt, path::Path, process, time::Duration};

use data_encoding::HEXLOWER;
use domain::{
    ports::{Entropy, PortError},
    secrets::{
        keys::KeyRing,
        vault::{KeyId, MasterKey, Vault},
    },
    time::Timestamp,
};
use storage::{ServerRecord, Store};

use crate::files::folder_of;

/// How often an unchanged record is written again.
const AGAIN: Duration = Duration::from_secs(30);
/// A server without a record for this long was killed, or can't reach the database.
const ALIVE: Duration = Duration::from_mins(2);

/// The last record that a server has written, and when, by its own clock.
pub type LastRecord = (ServerRecord, Timestamp);

/// The identity of a server in its records.
pub struct Presence {
    id: String,
    name: String,
    key_file: String,
}

impl Presence {
    /// Returns the presence of this process, which reads its keys from `key_file`.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn of_this_process(key_file: &Path, entropy: &dyn Entropy) -> Result<Self, PortError> {
        Self::of(key_file, "", entropy)
    }

    /// Returns the presence of this process, which is `twinlock key rotate`.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn of_a_rotation(key_file: &Path, entropy: &dyn Entropy) -> Result<Self, PortError> {
        Self::of(key_file, ", `twinlock key rotate`", entropy)
    }

    fn of(key_file: &Path, does: &str, entropy: &dyn Entropy) -> Result<Self, PortError> {
        Ok(Self {
            id: HEXLOWER.encode(&entropy.draw::<16>()?),
            name: format!("{} (process {}{does})", machine(), process::id()),
            key_file: identity(key_file),
        })
    }

    /// Announces that `key` is about to become the sealing key: until the database says so, no copy
    /// of the key file may lose that key.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn announce(
        &self,
        store: &Store,
        ring: &KeyRing,
        key: &KeyId,
    ) -> Result<(), PortError> {
        let word = ServerRecord {
            id: self.id.clone(),
            name: self.name.clone(),
            key_file: self.key_file.clone(),
            keys: ring.keys().map(MasterKey::fingerprint).collect(),
            waiting: None,
            seals_by: key.clone(),
        };
        store.note_server(&word).await
    }

    /// Reads from the database which key seals, and writes which keys this server has, if that
    /// differs from the last record in `said` or that record is old.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn say(
        &self,
        store: &Store,
        vault: &Vault,
        said: &mut Option<LastRecord>,
        now: Timestamp,
    ) -> Result<(), PortError> {
        if let Some(key) = store.sealing_key().await? {
            vault.seal_by(&key);
        }
        let word = ServerRecord {
            id: self.id.clone(),
            name: self.name.clone(),
            key_file: if vault.is_cut_off() {
                String::new()
            } else {
                self.key_file.clone()
            },
            keys: vault.fingerprints(),
            waiting: vault.waiting(),
            seals_by: vault.key_id(),
        };
        if said.as_ref().is_none_or(|said| is_news(&word, now, said)) {
            store.note_server(&word).await?;
            *said = Some((word, now));
        }
        Ok(())
    }

    /// Removes this server's record because the server stops.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn leave(&self, store: &Store) -> Result<(), PortError> {
        store.forget_server(&self.id).await
    }
}

/// Returns whether a record must be written: its content has changed, or the last one is old by a
/// clock that may have been set back.
fn is_news(word: &ServerRecord, now: Timestamp, (said, at): &LastRecord) -> bool {
    let age = now.since(*at).max(at.since(now));
    age >= AGAIN || word != said
}

/// Returns the running servers.
///
/// # Errors
/// Those of the database.
pub async fn running(store: &Store) -> Result<Vec<ServerRecord>, PortError> {
    store.servers(ALIVE).await
}

/// Returns the running servers that do not have `key`, or have another key under its id.
///
/// # Errors
/// Those of the database.
pub async fn without(store: &Store, key: &MasterKey) -> Result<Vec<ServerRecord>, PortError> {
    let wanted = key.fingerprint();
    let mut servers = running(store).await?;
    servers.retain(|server| !server.keys.contains(&wanted));
    Ok(servers)
}

/// Like [`without`], but leaves out servers that share the key file and can read it, because they
/// read it by themselves, even after a pause.
///
/// # Errors
/// Those of the database.
pub async fn lacking(
    store: &Store,
    key: &MasterKey,
    key_file: &Path,
) -> Result<Vec<ServerRecord>, PortError> {
    let own = identity(key_file);
    let mut servers = without(store, key).await?;
    servers.retain(|server| server.key_file != own);
    Ok(servers)
}

/// Returns the running servers that seal with a key other than `key`.
///
/// # Errors
/// Those of the database.
pub async fn sealing_otherwise(store: &Store, key: &KeyId) -> Result<Vec<ServerRecord>, PortError> {
    let mut servers = running(store).await?;
    servers.retain(|server| server.seals_by != *key);
    Ok(servers)
}

/// Returns the running servers that seal with `key`, and the commands that are about to make it the
/// sealing key, without those that share the key file and can read it.
///
/// # Errors
/// Those of the database.
pub async fn sealing_by(
    store: &Store,
    key: &KeyId,
    key_file: &Path,
) -> Result<Vec<ServerRecord>, PortError> {
    let own = identity(key_file);
    let mut servers = running(store).await?;
    servers.retain(|server| server.seals_by == *key && server.key_file != own);
    Ok(servers)
}

/// Lists the servers' names for the operator.
#[must_use]
pub fn names(servers: &[ServerRecord]) -> String {
    let names: Vec<&str> = servers.iter().map(|server| server.name.as_str()).collect();
    names.join(", ")
}

/// The machine's own host name.
fn machine() -> String {
    let name = rustix::system::uname();
    name.nodename().to_string_lossy().into_owned()
}

/// Identifies the file by the running kernel, its folder and its name, because the file itself is
/// replaced when its keys change. Two containers with copies of the file have two folders.
fn identity(key_file: &Path) -> String {
    let file = fs::canonicalize(key_file).unwrap_or_else(|_| key_file.to_owned());
    let kernel =
        fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_else(|_| machine());
    let folder = fs::metadata(folder_of(&file)).map_or((0, 0), |found| (found.dev(), found.ino()));
    let name = file.file_name().unwrap_or_default();
    let name = HEXLOWER.encode(name.as_encoded_bytes());
    format!("{} {:x}:{:x} {name}", kernel.trim(), folder.0, folder.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_written_when_keys_change_and_now_and_then() {
        let id = |text: &str| KeyId::stored(text.to_owned());
        let at = |seconds| Timestamp::default().plus(Duration::from_secs(seconds));
        let word = |keys: &[&str], seals_by| ServerRecord {
            id: String::new(),
            name: String::new(),
            key_file: String::new(),
            keys: keys.iter().map(|key| (*key).to_owned()).collect(),
            waiting: None,
            seals_by: id(seals_by),
        };
        let said = (word(&["a"], "a"), at(100));
        assert!(!is_news(&word(&["a"], "a"), at(129), &said));
        assert!(is_news(&word(&["a"], "a"), at(130), &said));
        assert!(
            is_news(&word(&["a"], "a"), at(70), &said),
            "the clock was put back"
        );
        assert!(is_news(&word(&["a", "b"], "a"), at(101), &said));
        assert!(is_news(&word(&["a"], "b"), at(101), &said));
    }

    #[test]
    fn copies_of_a_key_file_are_two_and_a_replaced_one_is_the_same() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (file, copy) = (one.path().join("key"), other.path().join("key"));
        fs::write(&file, "a").unwrap();
        fs::write(&copy, "a").unwrap();
        let before = identity(&file);
        assert_ne!(before, identity(&copy));
        fs::write(one.path().join("new"), "b").unwrap();
        fs::rename(one.path().join("new"), &file).unwrap();
        assert_eq!(before, identity(&file));
        std::os::unix::fs::symlink(&file, other.path().join("link")).unwrap();
        assert_eq!(before, identity(&other.path().join("link")));
    }
}
