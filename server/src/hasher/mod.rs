//! Argon2id on dedicated threads: the async threads stay free, and a thread keeps its 19 MiB of
//! memory while further hashes wait.

mod argon2id;
mod engine;
mod floor;
mod old_digest;
mod pool;
mod shares;
mod stack;

use std::{io, num::NonZero, sync::Arc, time::Duration};

use async_trait::async_trait;
use domain::{
    ids::UserId,
    network::client_address::Network,
    ports::{Entropy, HashPermit, HashPriority, Hasher, Lane, Overloaded, PortError, SecretHash},
    secrets::imported_hash::Floor,
};
use tracing::instrument;
use zeroize::Zeroizing;

/// The cost of a hash.
pub use domain::secrets::imported_hash::Argon2Cost as Cost;

use argon2id::Memory;
use pool::Pool;
use shares::Shares;

/// How many hashes of known users may run or wait per thread, and as many of strangers: about one
/// second of work. A further request is refused at once.
const PLACES_PER_THREAD: usize = 64;
/// The longest time that a full queue may take while old digests are left, and each check lasts
/// as long as the slowest of them: fewer places are given then.
const LONGEST_QUEUE: Duration = Duration::from_secs(5);
/// One user may hold this fraction (1/n) of the known users' places.
const FOR_ONE_PERSON: usize = 4;
/// One network may hold this fraction (1/n) of the strangers' places.
const FOR_ONE_NETWORK: usize = 2;
/// Hashing sets of backup codes may hold this fraction (1/n) of the known users' places.
const FOR_SETS: usize = 4;
/// Concurrent sets of one user: enough for a few tabs, or for reloads before the first request is
/// given up.
const SETS_EACH: usize = 4;

/// The hasher of passwords and backup codes.
pub struct Argon2Hasher {
    pool: Pool<Memory>,
    known: Shares<UserId>,
    strangers: Shares<Network>,
    sets: Shares<UserId>,
    cost: Cost,
    entropy: Arc<dyn Entropy>,
    decoy: SecretHash,
}

impl Argon2Hasher {
    /// Starts one thread per core.
    pub fn start(cost: Cost, entropy: Arc<dyn Entropy>) -> io::Result<Self> {
        let threads = std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
        Self::with_threads(cost, entropy, threads, threads.get() * PLACES_PER_THREAD)
    }

    /// Starts with this many threads, and this many places for each priority.
    pub fn with_threads(
        cost: Cost,
        entropy: Arc<dyn Entropy>,
        threads: NonZero<usize>,
        places: usize,
    ) -> io::Result<Self> {
        let pool = Pool::start("argon2id", threads)?;
        Ok(Self {
            pool,
            known: Shares::new(places, places.div_ceil(FOR_ONE_PERSON)),
            strangers: Shares::new(places, places.div_ceil(FOR_ONE_NETWORK)),
            sets: Shares::new(places.div_ceil(FOR_SETS), SETS_EACH),
            cost,
            entropy,
            decoy: argon2id::decoy(cost),
        })
    }
}

#[async_trait]
impl Hasher for Argon2Hasher {
    fn acquire(&self, priority: HashPriority<'_>) -> Result<HashPermit, Overloaded> {
        Ok(match priority {
            HashPriority::Operator => HashPermit::new(Lane::Known, self.known.take(None)?),
            HashPriority::Known(person) => {
                HashPermit::new(Lane::Known, self.known.take(Some(person))?)
            }
            HashPriority::Stranger(network) => {
                HashPermit::new(Lane::Stranger, self.strangers.take(Some(network))?)
            }
        })
    }

    fn is_full(&self, priority: HashPriority<'_>) -> bool {
        match priority {
            HashPriority::Operator => self.known.is_full(None),
            HashPriority::Known(person) => self.known.is_full(Some(person)),
            HashPriority::Stranger(network) => self.strangers.is_full(Some(network)),
        }
    }

    fn plan_for(&self, floor: Floor) {
        let places = LONGEST_QUEUE.as_millis() / floor.cpu_time.as_millis().max(1);
        let places = usize::try_from(places).unwrap_or(usize::MAX).max(1);
        let part = PLACES_PER_THREAD.div_ceil(places);
        self.known.thin_out(part);
        self.strangers.thin_out(part);
    }

    fn acquire_for_set(&self, person: &UserId) -> Result<HashPermit, Overloaded> {
        let set = self.sets.take(Some(person))?;
        let permit = self.acquire(HashPriority::Known(person))?;
        Ok(HashPermit::new(Lane::Known, (set, permit)))
    }

    #[instrument(name = "hasher.hash_in", level = "debug", skip_all)]
    async fn hash_in(&self, permit: HashPermit, secret: &[u8]) -> Result<SecretHash, PortError> {
        let secret = Zeroizing::new(secret.to_vec());
        let salt = self.entropy.draw::<16>()?;
        let cost = self.cost;
        self.pool
            .run(permit, move |memory| memory.hash(cost, &secret, salt))
            .await?
    }

    #[instrument(name = "hasher.verify", level = "debug", skip_all)]
    async fn verify(
        &self,
        permit: HashPermit,
        secret: &[u8],
        hash: Option<&SecretHash>,
        floor: Floor,
    ) -> Result<bool, PortError> {
        let secret = Zeroizing::new(secret.to_vec());
        let known = hash.is_some();
        let hash = hash.unwrap_or(&self.decoy).clone();
        let fits = self
            .pool
            .run(permit, move |memory| {
                floor::verify(memory, &secret, &hash, floor)
            })
            .await??;
        Ok(fits && known)
    }
}

#[cfg(test)]
mod tests {
    use domain::network::client_address::ClientAddress;

    use super::*;
    use crate::system::entropy::SystemEntropy;

    const PASSLIB: &str =
        "$pbkdf2-sha256$1000$zvkfYwwB4FxrTend25sTog$P9Lgimx2A1O0fj1oWn/h4QhFFkQi2i8Ayhcok28CYhM";

    fn hasher(threads: usize, places: usize) -> Argon2Hasher {
        let cost = Cost {
            memory_kib: 64,
            passes: 1,
        };
        let threads = NonZero::new(threads).unwrap();
        Argon2Hasher::with_threads(cost, Arc::new(SystemEntropy), threads, places).unwrap()
    }

    const fn floor_of(cpu_time: Duration) -> Floor {
        Floor {
            cpu_time,
            decoy: None,
        }
    }

    fn person(number: u8) -> UserId {
        UserId::from_random([number; 16])
    }

    fn network(number: u8) -> Network {
        ClientAddress::new([203, 0, 113, number].into()).network()
    }

    /// Takes every place that is free.
    fn all(permit: impl Fn() -> Result<HashPermit, Overloaded>) -> Vec<HashPermit> {
        std::iter::from_fn(|| permit().ok()).collect()
    }

    async fn fits(hasher: &Argon2Hasher, secret: &[u8], hash: Option<&SecretHash>) -> bool {
        let permit = hasher.acquire(HashPriority::Operator).ok().unwrap();
        hasher
            .verify(permit, secret, hash, Floor::NONE)
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn a_hash_fits_its_secret_only() {
        let hasher = hasher(2, 4);
        let hash = hasher.hash(b"correct horse battery").await.ok().unwrap();
        assert!(hash.expose().starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
        assert!(fits(&hasher, b"correct horse battery", Some(&hash)).await);
        assert!(!fits(&hasher, b"correct horse batterz", Some(&hash)).await);
        let other = hasher.hash(b"correct horse battery").await.ok().unwrap();
        assert!(hash != other, "each hash has a salt of its own");
    }

    /// RB1: no network, and not all networks together, can take the known users' permits.
    #[test]
    fn rb1_strangers_leave_the_known_peoples_places_alone() {
        let hasher = hasher(1, 8);
        let one = all(|| hasher.acquire(HashPriority::Stranger(&network(1))));
        assert_eq!(one.len(), 4, "half of them");
        assert!(hasher.is_full(HashPriority::Stranger(&network(1))));
        assert!(!hasher.is_full(HashPriority::Stranger(&network(2))));
        let other = all(|| hasher.acquire(HashPriority::Stranger(&network(2))));
        assert_eq!(other.len(), 4);
        assert!(hasher.acquire(HashPriority::Stranger(&network(3))).is_err());
        let ada = all(|| hasher.acquire(HashPriority::Known(&person(1))));
        assert_eq!(ada.len(), 2, "a quarter of them for one person");
        assert!(hasher.is_full(HashPriority::Known(&person(1))));
        assert!(hasher.acquire(HashPriority::Known(&person(2))).is_ok());
        drop(one);
        assert!(hasher.acquire(HashPriority::Stranger(&network(3))).is_ok());
    }

    #[test]
    fn sets_leave_places_to_all_others() {
        let hasher = hasher(1, 4 * FOR_SETS);
        let sets: Vec<_> = (0..4)
            .map(|number| hasher.acquire_for_set(&person(number)).ok().unwrap())
            .collect();
        assert!(hasher.acquire_for_set(&person(9)).is_err());
        let others = all(|| hasher.acquire(HashPriority::Operator));
        assert_eq!(others.len(), 4 * FOR_SETS - 4);
        drop((sets, others));
        let mut own = all(|| hasher.acquire_for_set(&person(9)));
        assert_eq!(own.len(), SETS_EACH);
        own.pop();
        assert!(hasher.acquire_for_set(&person(9)).is_ok());
    }

    #[test]
    fn a_set_takes_a_place_as_well() {
        let (hasher, person) = (hasher(1, 1), person(1));
        let permit = hasher.acquire(HashPriority::Operator);
        assert!(hasher.acquire_for_set(&person).is_err());
        drop(permit);
        assert!(hasher.acquire_for_set(&person).is_ok());
    }

    #[tokio::test]
    async fn without_a_hash_the_answer_is_no() {
        assert!(!fits(&hasher(1, 1), b"whatever it is", None).await);
    }

    /// U1: while imported passwords are left, each check lasts as long, whatever its hash is.
    #[tokio::test]
    async fn u1_no_check_ends_before_the_floor() {
        const BEFORE: Duration = Duration::from_millis(400);
        const FLOOR: Floor = floor_of(Duration::from_millis(450));
        let hasher = &hasher(1, 64);
        let own = &hasher.hash(b"secret").await.ok().unwrap();
        let damaged = &SecretHash::phc("imported:0001:".to_owned());
        let ends_before = async |secret, hash, floor| {
            let permit = hasher.acquire(HashPriority::Operator).ok().unwrap();
            let verify = hasher.verify(permit, secret, hash, floor);
            tokio::time::timeout(BEFORE, verify).await.is_ok()
        };
        let right = b"secret".as_slice();
        assert!(ends_before(right, Some(own), Floor::NONE).await);
        let early = tokio::join!(
            ends_before(right, None, FLOOR),
            ends_before(right, Some(own), FLOOR),
            ends_before(b"wrong", Some(own), FLOOR),
            ends_before(right, Some(damaged), FLOOR),
        );
        assert_eq!(early, (false, false, false, false));
    }

    /// U1: otherwise those behind a check of a slow hash would wait longer than those behind one of
    /// a quick hash.
    #[tokio::test]
    async fn u1_checks_at_once_take_turns_for_a_floor_each() {
        const FLOOR: Floor = floor_of(Duration::from_millis(300));
        let hasher = &hasher(1, 64);
        let check = async || {
            let permit = hasher.acquire(HashPriority::Operator).ok().unwrap();
            hasher.verify(permit, b"secret", None, FLOOR).await
        };
        let both = async { tokio::join!(check(), check()) };
        let early = tokio::time::timeout(Duration::from_millis(550), both).await;
        assert!(
            early.is_err(),
            "the second check began when the first ended"
        );
    }

    #[test]
    fn fewer_may_wait_while_each_check_lasts_long() {
        let hasher = hasher(1, PLACES_PER_THREAD);
        let free = || all(|| hasher.acquire(HashPriority::Operator)).len();
        assert_eq!(free(), 64);
        hasher.plan_for(floor_of(Duration::from_millis(500)));
        assert!((9..=10).contains(&free()), "five seconds");
        let one = all(|| hasher.acquire(HashPriority::Known(&person(1))));
        assert_eq!(one.len(), 3, "a quarter of them, rounded up");
        drop(one);
        hasher.plan_for(floor_of(Duration::from_mins(1)));
        assert_eq!(free(), 1);
        hasher.plan_for(Floor::NONE);
        assert_eq!(free(), 64);
    }

    #[tokio::test]
    async fn an_imported_hash_fits_the_password_of_its_old_digest() {
        use domain::secrets::imported_hash::TakenHash;
        let hasher = hasher(1, 1);
        // `correct horse battery` by passlib's `pbkdf2_sha256`.
        let Ok(TakenHash::Old(old)) = TakenHash::read(PASSLIB, Cost::STANDARD) else {
            panic!("it is read");
        };
        let over = hasher.hash(&old.digest).await.ok().unwrap();
        let stored = old.recipe.stored(&over);
        assert!(fits(&hasher, b"correct horse battery", Some(&stored)).await);
        assert!(!fits(&hasher, b"correct horse batterz", Some(&stored)).await);
        // The digest itself, which the file of the import held, is no password.
        assert!(!fits(&hasher, &old.digest, Some(&stored)).await);
    }

    #[tokio::test]
    async fn a_damaged_hash_is_an_error_and_not_a_wrong_password() {
        let damaged = SecretHash::phc("$argon2id$v=19$m=64".to_owned());
        let hasher = hasher(1, 1);
        let permit = hasher.acquire(HashPriority::Operator).ok().unwrap();
        let result = hasher
            .verify(permit, b"secret", Some(&damaged), Floor::NONE)
            .await;
        assert!(matches!(result, Err(PortError::Failed(_))));
    }
}
