//! The key file as it changes while the server runs.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use domain::{
    keys::KeyRing,
    vault::{KeySource, is_read_again},
};

use super::{Stamp, read, stamp};

/// Reads a key file again when it has changed. One that can't be read changes nothing: the keys from before go on, and it is tried again,
/// because what stood in the way may leave no other stamp.
pub struct Follower {
    key_file: PathBuf,
    /// The state of the file that was read last, or tried, and when.
    last: Option<(Stamp, Instant)>,
    /// Why that state can't be used, as the log says it.
    told: Option<String>,
}

impl Follower {
    /// Nothing was read yet.
    #[must_use]
    pub const fn new(key_file: PathBuf) -> Self {
        Self {
            key_file,
            last: None,
            told: None,
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "a duration on the monotonic clock, not a time of day"
    )]
    fn look(&mut self, has_reason: bool) -> Option<KeyRing> {
        let now = stamp(&self.key_file)?;
        let is_other = self.last.is_none_or(|(last, _)| last != now);
        let since = self.last.map_or(Duration::ZERO, |(_, at)| at.elapsed());
        if !is_read_again(is_other, has_reason || self.told.is_some(), since) {
            return None;
        }
        self.last = Some((now, Instant::now()));
        match read(&self.key_file) {
            Ok(ring) => {
                if self.told.take().is_some() {
                    tracing::info!("the changed key file is in use now");
                }
                Some(ring)
            }
            Err(error) => {
                let error = error.to_string();
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

impl KeySource for Follower {
    fn changed(&mut self) -> Option<KeyRing> {
        self.look(false)
    }

    fn again(&mut self) -> Option<KeyRing> {
        self.look(true)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        fs::{self, Permissions},
        os::unix::fs::PermissionsExt,
    };

    use super::*;
    use crate::{entropy::SystemEntropy, keyfile};

    fn follower() -> (tempfile::TempDir, Follower) {
        let folder = tempfile::tempdir().unwrap();
        let key_file = folder.path().join("key");
        keyfile::create(&key_file, &SystemEntropy, None)
            .ok()
            .unwrap();
        (folder, Follower::new(key_file))
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

    #[test]
    fn s20_an_unchanged_key_file_is_read_once_however_many_rows_are_bad() {
        let (_folder, mut follower) = follower();
        assert!(follower.changed().is_some());
        assert!(follower.changed().is_none());
        let read = (0..1_000).filter(|_| follower.again().is_some()).count();
        assert!(read <= 5, "{read} times");
        let ring = keyfile::read(&follower.key_file).ok().unwrap();
        let more = ring.with_next(keyfile::draw(&SystemEntropy).ok().unwrap());
        keyfile::replace(&follower.key_file, &more.unwrap())
            .ok()
            .unwrap();
        assert_eq!(follower.again().unwrap().keys().count(), 2);
    }
}
