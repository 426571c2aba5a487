//! What this server tells the others on its database: that it runs, and which master keys it has read. `twinlock key rotate` goes on only when
//! each of them has the new one.

use std::{fs, os::unix::fs::MetadataExt, path::Path, process, time::Duration};

use data_encoding::HEXLOWER;
use domain::{
    ports::{Entropy, PortError},
    time::Timestamp,
    vault::{KeyId, MasterKey, Vault},
};
use storage::{ServerRecord, Store};

use crate::files::folder_of;

/// How often a server says so where nothing has changed.
const AGAIN: Duration = Duration::from_secs(30);
/// A server that has said nothing for so long was killed, or is out of reach of the database.
const ALIVE: Duration = Duration::from_mins(2);

/// One server's word about itself.
pub struct Presence {
    id: String,
    name: String,
    key_file: String,
}

impl Presence {
    /// Of this process, which reads its keys from `key_file`.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn of_this_process(key_file: &Path, entropy: &dyn Entropy) -> Result<Self, PortError> {
        Ok(Self {
            id: HEXLOWER.encode(&entropy.draw::<16>()?),
            name: format!("{} (process {})", machine(), process::id()),
            key_file: identity(key_file),
        })
    }

    /// Learns from the database which key seals, and says which keys this server has, when that differs from what it `said` last, or was said
    /// long ago.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn say(
        &self,
        store: &Store,
        vault: &Vault,
        said: &mut Option<ServerRecord>,
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
            seals_by: vault.key_id(),
            seen_at: now,
        };
        if said.as_ref().is_none_or(|said| is_news(&word, said)) {
            store.note_server(&word).await?;
            *said = Some(word);
        }
        Ok(())
    }

    /// Says that this server stops.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn leave(&self, store: &Store) -> Result<(), PortError> {
        store.forget_server(&self.id).await
    }
}

/// Whether a server's word about itself is to be written: its keys have changed, or its last word is old by a clock that may have been put back.
fn is_news(word: &ServerRecord, said: &ServerRecord) -> bool {
    let age = word
        .seen_at
        .since(said.seen_at)
        .max(said.seen_at.since(word.seen_at));
    let has_changed = word.keys != said.keys || word.seals_by != said.seals_by;
    age >= AGAIN || has_changed || word.key_file != said.key_file
}

/// The servers that run and do not have `key`, or have another one under its id. One that shares the key file, and can read it, reads it by
/// itself, even if it stood still meanwhile.
///
/// # Errors
/// Those of the database.
pub async fn lacking(
    store: &Store,
    key: &MasterKey,
    key_file: &Path,
    now: Timestamp,
) -> Result<Vec<ServerRecord>, PortError> {
    let (own, wanted) = (identity(key_file), key.fingerprint());
    let mut servers = store.servers(now.minus(ALIVE)).await?;
    servers.retain(|server| !server.keys.contains(&wanted) && server.key_file != own);
    Ok(servers)
}

/// The servers that run and seal by another key than `key`.
///
/// # Errors
/// Those of the database.
pub async fn sealing_otherwise(
    store: &Store,
    key: &KeyId,
    now: Timestamp,
) -> Result<Vec<ServerRecord>, PortError> {
    let mut servers = store.servers(now.minus(ALIVE)).await?;
    servers.retain(|server| server.seals_by != *key);
    Ok(servers)
}

/// The machine's name, as it calls itself.
fn machine() -> String {
    let name = rustix::system::uname();
    name.nodename().to_string_lossy().into_owned()
}

/// Names the file by the running kernel, its folder and its name, because the file itself is replaced when its keys change. Two containers with
/// copies of the file have two folders.
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
        let word = |keys: &[&str], seals_by, seconds| ServerRecord {
            id: String::new(),
            name: String::new(),
            key_file: String::new(),
            keys: keys.iter().map(|key| (*key).to_owned()).collect(),
            seals_by: id(seals_by),
            seen_at: at(seconds),
        };
        let said = word(&["a"], "a", 100);
        assert!(!is_news(&word(&["a"], "a", 129), &said));
        assert!(is_news(&word(&["a"], "a", 130), &said));
        assert!(
            is_news(&word(&["a"], "a", 70), &said),
            "the clock was put back"
        );
        assert!(is_news(&word(&["a", "b"], "a", 101), &said));
        assert!(is_news(&word(&["a"], "b", 101), &said));
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
