//! What the operating system gives: time, randomness, and password hashing within its limits.

use std::sync::Arc;

use async_trait::async_trait;
use thiserror::Error;

use super::{PortError, SecretHash};
use crate::{
    ids::UserId, network::client_address::Network, secrets::imported_hash::Floor, time::Timestamp,
};

/// The wall clock, read once for each request. Nothing else in the workspace may read the time of
/// day.
pub trait Clock: Send + Sync {
    /// Now, in UTC.
    fn now(&self) -> Timestamp;
}

/// The operating system's random source. Nothing else in the workspace may generate randomness.
pub trait Entropy: Send + Sync {
    /// Fills `buffer` with random bytes.
    ///
    /// # Errors
    /// If the system can't provide random bytes. The caller gives up.
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

/// The priority of a hash. Known users and strangers have separate capacity, so that a flood of
/// strangers can't use up the capacity of users who have proved their identity.
#[derive(Debug, Clone, Copy)]
pub enum HashPriority<'a> {
    /// The operator, in a separate process.
    Operator,
    /// A browser that is known to this user, or a complete session of theirs. Each user has a share
    /// of the capacity.
    Known(&'a UserId),
    /// Any other client. Each network has a share of the capacity.
    Stranger(&'a Network),
}

/// The queue in which a computation waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// The queue that is served first.
    Known,
    /// The queue that yields to the other one, but is not starved.
    Stranger,
}

/// A permit for one computation, running or waiting. Dropping the permit releases it. A caller that
/// runs computations one after the other clones it, because only one of them runs or waits at any
/// time.
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

    /// The queue of the permit.
    #[must_use]
    pub const fn lane(&self) -> Lane {
        self.lane
    }
}

/// All permits are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("too many computations wait already")]
pub struct Overloaded;

/// Argon2id on its own thread pool, with a limit on running and waiting computations (OWASP
/// Password Storage).
#[async_trait]
pub trait Hasher: Send + Sync {
    /// Takes a permit for one computation, or refuses at once if this priority has none left. The
    /// permit is taken after the limits are checked and before the attempt is counted, so a refused
    /// attempt holds no permit, and an attempt without a permit is not counted.
    ///
    /// # Errors
    /// If too many computations of this priority already wait.
    fn acquire(&self, priority: HashPriority<'_>) -> Result<HashPermit, Overloaded>;

    /// Whether [`Self::acquire`] would refuse now. The call is cheap, and is made before anything
    /// is read.
    fn is_full(&self, priority: HashPriority<'_>) -> bool;

    /// Takes a permit for a set of a person's backup codes, hashed one after the other. There are
    /// few of these, and fewer for each person, because a person who requests many sets must not
    /// keep others from signing in or from their own set.
    ///
    /// # Errors
    /// If too many computations already wait.
    fn acquire_for_set(&self, person: &UserId) -> Result<HashPermit, Overloaded>;

    /// Admits fewer checks at once while each does the work of this floor, so that no request waits
    /// much longer than before.
    fn plan_for(&self, floor: Floor);

    /// Hashes a password or backup code with a fresh salt, under a permit.
    async fn hash_in(&self, permit: HashPermit, secret: &[u8]) -> Result<SecretHash, PortError>;

    /// Hashes like [`Self::hash_in`], for the operator.
    ///
    /// # Errors
    /// [`PortError::Unavailable`] if too many computations already wait.
    async fn hash(&self, secret: &[u8]) -> Result<SecretHash, PortError> {
        self.hash_in(self.acquire(HashPriority::Operator)?, secret)
            .await
    }

    /// Compares a secret with a hash. Without a hash, does the same work and returns false, so that
    /// the response time reveals nothing. Each check does the work of the floor, which covers the
    /// slower hashes of other programs
    /// ([`imported_hash::floor`](crate::secrets::imported_hash::floor)).
    async fn verify(
        &self,
        permit: HashPermit,
        secret: &[u8],
        hash: Option<&SecretHash>,
        floor: Floor,
    ) -> Result<bool, PortError>;
}
