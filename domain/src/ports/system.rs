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
pub enum HashPriority<'a> {
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

/// The right to one of the computations that run and wait; dropping it gives it back. A caller that computes one thing after the other clones it,
/// because only one of them runs or waits at any time.
#[derive(Clone)]
pub struct HashPermit {
    lane: Lane,
    #[expect(dead_code, reason = "held, not looked at")]
    kept: Arc<dyn Send + Sync>,
}

impl HashPermit {
    /// A permit that lasts as long as `kept`.
    pub fn new(lane: Lane, kept: impl Send + Sync + 'static) -> Self {
        Self {
            lane,
            kept: Arc::new(kept),
        }
    }

    /// The queue in which it counts.
    #[must_use]
    pub const fn lane(&self) -> Lane {
        self.lane
    }
}

/// All permits are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("too many computations wait already")]
pub struct Overloaded;

/// Argon2id on a pool of its own, with a bound on how many run and wait (OWASP Password Storage).
#[async_trait]
pub trait Hasher: Send + Sync {
    /// Takes a permit for one computation, and refuses at once if this priority has none left. It is taken between the look at the limits and the
    /// count: what a limit refuses holds no permit, and what finds none is not counted.
    ///
    /// # Errors
    /// When too many of this priority wait already.
    fn acquire(&self, priority: HashPriority<'_>) -> Result<HashPermit, Overloaded>;

    /// Whether [`Self::acquire`] would refuse now. It costs nothing, and is asked before anything is read.
    fn is_full(&self, priority: HashPriority<'_>) -> bool;

    /// Takes a permit for a set of a person's backup codes, hashed one after the other. There are few of these, and fewer for each person, because
    /// a person who asks for many sets must not keep others from signing in or from their own set.
    ///
    /// # Errors
    /// When too many wait already.
    fn acquire_for_set(&self, person: &UserId) -> Result<HashPermit, Overloaded>;

    /// Hashes a password or backup code with a fresh salt, under a permit.
    async fn hash_in(&self, permit: HashPermit, secret: &[u8]) -> Result<SecretHash, PortError>;

    /// The same for the operator.
    ///
    /// # Errors
    /// [`PortError::Unavailable`] when too many wait already.
    async fn hash(&self, secret: &[u8]) -> Result<SecretHash, PortError> {
        self.hash_in(self.acquire(HashPriority::Operator)?, secret)
            .await
    }

    /// Compares a secret with a hash; without a hash it does the same work and says no, so that time tells nothing.
    async fn verify(
        &self,
        permit: HashPermit,
        secret: &[u8],
        hash: Option<&SecretHash>,
    ) -> Result<bool, PortError>;
}
