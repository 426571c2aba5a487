use std::sync::Arc;

use async_trait::async_trait;
use thiserror::Error;

use super::{PortError, SecretHash};
use crate::{ids::UserId, network::client_address::Network, time::Timestamp};

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

/// Who wants something computed. Known people and strangers have places of their own, so that no crowd of strangers takes those of people
/// who have shown who they are.
#[derive(Debug, Clone, Copy)]
pub enum Rank<'a> {
    /// The operator, in a program of their own.
    Operator,
    /// A browser that is known to this user, or a complete session of theirs. Each person has a share of the places.
    Known(&'a UserId),
    /// Anybody else. Each network has a share of the places.
    Stranger(&'a Network),
}

/// In which of two queues a computation waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// It goes first.
    Known,
    /// It waits for the other queue, but not for ever.
    Stranger,
}

/// A place among the computations that run and wait; it is free again once it is dropped. Who computes one thing after the other clones it: at any
/// time one of them runs or waits.
#[derive(Clone)]
pub struct Place {
    lane: Lane,
    #[expect(dead_code, reason = "held, not looked at")]
    kept: Arc<dyn Send + Sync>,
}

impl Place {
    /// A place for as long as `kept` is kept.
    pub fn new(lane: Lane, kept: impl Send + Sync + 'static) -> Self {
        Self {
            lane,
            kept: Arc::new(kept),
        }
    }

    /// The queue that it is a place in.
    #[must_use]
    pub const fn lane(&self) -> Lane {
        self.lane
    }
}

/// All places are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("too many computations wait already")]
pub struct NoPlace;

/// Argon2id on a pool of its own, with a bound on how many run and wait (OWASP Password Storage).
#[async_trait]
pub trait Hasher: Send + Sync {
    /// Takes a place for one computation, and refuses at once when the rank has none. A place is asked for between the look at the limits
    /// and the count: what a limit refuses holds none, and what finds none is not counted.
    ///
    /// # Errors
    /// When too many of this rank wait already.
    fn place(&self, rank: Rank<'_>) -> Result<Place, NoPlace>;

    /// Whether [`Self::place`] would refuse now. It costs nothing, and is asked before anything is read.
    fn is_full(&self, rank: Rank<'_>) -> bool;

    /// Takes a place for a set of a person's backup codes, hashed one after the other. There are few of these, and fewer for each person:
    /// whoever asks for many sets must not keep others from signing in, nor from their own set.
    ///
    /// # Errors
    /// When too many wait already.
    fn place_for_set(&self, person: &UserId) -> Result<Place, NoPlace>;

    /// Hashes a password or backup code with a fresh salt, in a place that was taken before.
    async fn hash_in(&self, place: Place, secret: &[u8]) -> Result<SecretHash, PortError>;

    /// The same for the operator.
    ///
    /// # Errors
    /// [`PortError::Unavailable`] when too many wait already.
    async fn hash(&self, secret: &[u8]) -> Result<SecretHash, PortError> {
        self.hash_in(self.place(Rank::Operator)?, secret).await
    }

    /// Compares a secret with a hash; without a hash it does the same work and says no, so that time tells nothing.
    async fn verify(
        &self,
        place: Place,
        secret: &[u8],
        hash: Option<&SecretHash>,
    ) -> Result<bool, PortError>;
}
