use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use async_trait::async_trait;
use domain::{
    ids::UserId,
    ports::{HashPermit, HashPriority, Hasher, Overloaded, PortError, SecretHash},
    secrets::imported_hash::Floor,
};
use usecases::Services;

use super::{Options, TestServer};

/// The permits to hash that a test leaves, and how many were taken.
pub struct Permits {
    left: AtomicUsize,
    taken: AtomicUsize,
    are_for_known_only: AtomicBool,
}

impl Permits {
    /// Starts a server that hashes by these permits; at first there is no limit.
    pub async fn server(options: Options) -> (TestServer, Arc<Self>) {
        let permits = Arc::new(Self {
            left: AtomicUsize::new(usize::MAX),
            taken: AtomicUsize::new(0),
            are_for_known_only: AtomicBool::new(false),
        });
        let server = TestServer::start_with(options, |services| {
            let hasher = LimitedHasher {
                hasher: Arc::clone(&services.hasher),
                permits: Arc::clone(&permits),
            };
            Services {
                hasher: Arc::new(hasher),
                ..services
            }
        })
        .await;
        (server, permits)
    }

    /// Leaves this many permits.
    pub fn leave(&self, count: usize) {
        self.left.store(count, Ordering::SeqCst);
    }

    /// Refuses permits to strangers from now on.
    pub fn refuse_strangers(&self) {
        self.are_for_known_only.store(true, Ordering::SeqCst);
    }

    /// Returns how many permits were taken since the last call.
    pub fn taken(&self) -> usize {
        self.taken.swap(0, Ordering::SeqCst)
    }

    fn take(&self) -> Result<(), Overloaded> {
        let one_less = |left: usize| left.checked_sub(1);
        let taken = self
            .left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less);
        taken.map_err(|_| Overloaded)?;
        self.taken.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

/// A hasher with the permits that a test leaves.
struct LimitedHasher {
    hasher: Arc<dyn Hasher>,
    permits: Arc<Permits>,
}

#[async_trait]
impl Hasher for LimitedHasher {
    fn plan_for(&self, floor: Floor) {
        self.hasher.plan_for(floor);
    }

    fn acquire(&self, priority: HashPriority<'_>) -> Result<HashPermit, Overloaded> {
        if self.is_full(priority) {
            return Err(Overloaded);
        }
        self.permits.take()?;
        self.hasher.acquire(priority)
    }

    fn is_full(&self, priority: HashPriority<'_>) -> bool {
        let is_stranger = matches!(priority, HashPriority::Stranger(_));
        let is_refused = is_stranger && self.permits.are_for_known_only.load(Ordering::SeqCst);
        is_refused || self.permits.left.load(Ordering::SeqCst) == 0
    }

    fn acquire_for_set(&self, person: &UserId) -> Result<HashPermit, Overloaded> {
        self.permits.take()?;
        self.hasher.acquire_for_set(person)
    }

    async fn hash_in(&self, permit: HashPermit, secret: &[u8]) -> Result<SecretHash, PortError> {
        self.hasher.hash_in(permit, secret).await
    }

    async fn verify(
        &self,
        permit: HashPermit,
        secret: &[u8],
        hash: Option<&SecretHash>,
        floor: Floor,
    ) -> Result<bool, PortError> {
        self.hasher.verify(permit, secret, hash, floor).await
    }
}
