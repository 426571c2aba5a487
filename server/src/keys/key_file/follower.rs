//! Follows the key file while the server runs.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use domain::secrets::{
    keys::KeyRing,
    vault::{KeySource, is_read_again},
};

use crate::keys::key_file::{Stamp, read, stamp};

/// Reads a key file again when it has changed. If it can't be read, the previous keys stay in use
/// and it is tried again, because removing the obstacle may not change the file's stamp.
pub struct Follower {
    key_file: PathBuf,
    /// The stamp of the file at the last read or attempt, and when that was.
    last: Option<(Stamp, Instant)>,
    /// Why that state can't be used, as logged.
    told: Option<String>,
    /// The fingerprints of keys that have opened something: a line changed by mistake does not
    /// replace such a key.
    proven: Vec<String>,
}

/// Why the file is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ReadTrigger {
    /// Another state of the file may be there.
    Routine,
    /// A row has a key that was not in the file.
    UnknownKey,
}

impl Follower {
    /// Creates a follower that has not read the file again yet. `proven`: the fingerprints of keys
    /// that have opened something.
    #[must_use]
    pub const fn new(key_file: PathBuf, proven: Vec<String>) -> Self {
        Self {
            key_file,
            last: None,
            told: None,
            proven,
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "a duration on the monotonic clock, not a time of day"
    )]
    fn look(&mut self, trigger: ReadTrigger) -> Option<KeyRing> {
        let now = stamp(&self.key_file)?;
        let is_other = self.last.is_none_or(|(last, _)| last != now);
        let since = self.last.map_or(Duration::ZERO, |(_, at)| at.elapsed());
        let has_reason = trigger == ReadTrigger::UnknownKey || self.told.is_some();
        if !is_read_again(is_other, has_reason, since) {
            return None;
        }
        self.last = Some((now, Instant::now()));
        match self.read() {
            Ok(ring) => {
                if self.told.take().is_some() {
                    tracing::info!("the changed key file is in use now");
                }
                Some(ring)
            }
            Err(error) => {
                if self.told.as_ref() != Some(&error) {
                    tracing::error!(
                        error,
                        "the key file has changed and can't be used: the keys from before go on"
                    );
                    self.told = Some(error);
                }
                None
            }
        }
    }
}

impl Follower {
    fn read(&self) -> Result<KeyRing, String> {
        let ring = read(&self.key_file).map_err(|error| error.to_string())?;
        let changed = ring.differing(&self.proven).map(|key| key.id().clone());
        changed.map_or(Ok(ring), |id| {
            Err(format!(
                "the line of the key {id} is not what it was: put it back from a backup of the key file"
            ))
        })
    }
}

impl KeySource for Follower {
    fn changed(&mut self) -> Option<KeyRing> {
        self.look(ReadTrigger::Routine)
    }

    fn again(&mut self) -> Option<KeyRing> {
        self.look(ReadTrigger::UnknownKey)
    }

    fn is_unusable(&self) -> bool {
        self.told.is_some() || stamp(&self.key_file).is_none()
    }
}

#[cfg(test)]
mod tests {
    use std::{
        fs::{self, Permissions},
        os::unix::fs::PermissionsExt,
    };

    use super::*;
    use crate::{keys::key_file, system::entropy::SystemEntropy};

    fn follower() -> (tempfile::TempDir, Follower) {
        let folder = tempfile::tempdir().unwrap();
        let key_file = folder.path().join("key");
        key_file::create(&key_file, &SystemEntropy, None)
            .ok()
            .unwrap();
        (folder, Follower::new(key_file, Vec::new()))
    }

    #[test]
    fn s20_a_key_file_that_can_be_read_again_is_read() {
        let (_folder, mut follower) = follower();
        let key_file = follower.key_file.clone();
        let set = |mode| fs::set_permissions(&key_file, Permissions::from_mode(mode)).unwrap();
        set(0o644);
        assert!(follower.changed().is_none());
        let told = follower.told.clone();
        assert!(told.is_some_and(|told| told.contains("chmod 600")));
        set(0o600);
        assert!(follower.changed().is_some() && follower.told.is_none());
    }

    /// One character of the line in use is mistyped in a copy.
    #[test]
    fn s20_a_changed_line_takes_no_key_away() {
        let (_folder, mut follower) = follower();
        assert!(follower.changed().is_some());
        let ring = read(&follower.key_file).ok().unwrap();
        follower.proven = vec![ring.current().unwrap().fingerprint()];
        let (id, key) = ring
            .current()
            .unwrap()
            .expose()
            .split_once(':')
            .map(|(id, key)| (id.to_owned(), key.to_owned()))
            .unwrap();
        let other = if key.starts_with('A') { 'B' } else { 'A' };
        fs::write(&follower.key_file, format!("{id}:{other}{}", &key[1..])).unwrap();
        assert!(follower.again().is_none() && follower.is_unusable());
        assert!(
            follower
                .told
                .clone()
                .unwrap()
                .contains("is not what it was")
        );
        fs::write(&follower.key_file, format!("{id}:{key}")).unwrap();
        assert!(follower.changed().is_some() && !follower.is_unusable());
    }

    #[test]
    fn s20_an_unchanged_key_file_is_read_once_however_many_rows_are_bad() {
        let (_folder, mut follower) = follower();
        assert!(follower.changed().is_some());
        assert!(follower.changed().is_none());
        let read = (0..1_000).filter(|_| follower.again().is_some()).count();
        assert!(read <= 5, "{read} times");
        let ring = key_file::read(&follower.key_file).ok().unwrap();
        let more = ring.with_next(key_file::draw(&SystemEntropy).ok().unwrap());
        key_file::replace(&follower.key_file, &more.unwrap())
            .ok()
            .unwrap();
        assert_eq!(follower.again().unwrap().keys().count(), 2);
    }
}
