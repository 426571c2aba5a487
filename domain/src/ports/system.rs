use std::sync::Arc;

use async_trait::async_trait;
use thiserror::Error;

use super::{PortError, SecretHash};
use crate::{ids::UserId, time::Timestamp};

/// The wall clock, read anew for each request. Nothing else in the workspace may ask for the time of day.
pub trait Clock: Send + Sync {
    /// Now, in UTC.
    fn now(&self) -> Timestamp;
}

/// The operating system's random source. Nothing else in the workspace may draw randomness.
pub trait Entropy: Send + Sync {
    /// Fills `buffer` with random bytes.
    ///
    /// # Errors
    /// When the system has none to give: the caller gives up.
    fn fill(&self, buffer: &mut [u8]) -> Result<(), PortError>;
}

impl dyn Entropy + '_ {
    /// Draws `N` random bytes.
    pub fn draw<const N: usize>(&self) -> Result<[u8; N], PortError> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }
}

/// A place among the computations that run and wait; it is free again once it is dropped. Who computes one thing after the other clones it: at any
/// time one of them runs or waits.
#[derive(Clone)]
pub struct Place(#[expect(dead_code, reason = "held, not looked at")] Arc<dyn Send + Sync>);

impl Place {
    /// A place for as long as `kept` is kept.
    pub fn new(kept: impl Send + Sync + 'static) -> Self {
        Self(Arc::new(kept))
    }
}

/// All places are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("too many computations wait already")]
pub struct NoPlace;

/// Argon2id on a pool of its own, with a bound on how many run and wait (OWASP Password Storage).
#[async_trait]
pub trait Hasher: Send + Sync {
    /// Takes a place for one computation. Whoever compares a secret, or counts an attempt and hashes then, asks first, before anything is
    /// read or counted for it: a server that is asked for more than it can compute would else spend its time on what it refuses in the end.
    ///
    /// # Errors
    /// When too many wait already.
    fn place(&self) -> Result<Place, NoPlace>;

    /// Takes a place for a set of a person's backup codes, hashed one after the other. There are few of these, and fewer for each person:
    /// whoever asks for many sets must not keep others from signing in, nor from their own set.
    ///
    /// # Errors
    /// When too many wait already.
    fn place_for_set(&self, person: &UserId) -> Result<Place, NoPlace>;

    /// Hashes a password or backup code with a fresh salt, in a place that was taken before.
    async fn hash_in(&self, place: Place, secret: &[u8]) -> Result<SecretHash, PortError>;

    /// The same in the next place, for whoever has counted nothing.
    ///
    /// # Errors
    /// [`PortError::Unavailable`] when too many wait already.
    async fn hash(&self, secret: &[u8]) -> Result<SecretHash, PortError> {
        self.hash_in(self.place()?, secret).await
    }

    /// Compares a secret with a hash; without a hash it does the same work and says no, so that time tells nothing.
    async fn verify(
        &self,
        place: Place,
        secret: &[u8],
        hash: Option<&SecretHash>,
    ) -> Result<bool, PortError>;
}
