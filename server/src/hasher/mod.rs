//! Argon2id on threads of its own: the async threads stay free, and while hashes wait each thread keeps its memory instead of asking for
//! 19 MiB a hash.

mod argon2id;
mod engine;
mod pool;
mod sets;
mod stack;

use std::{io, num::NonZero, sync::Arc};

use async_trait::async_trait;
use domain::{
    ids::UserId,
    ports::{Entropy, Hasher, NoPlace, Place, PortError, SecretHash},
};
use zeroize::Zeroizing;

pub use argon2id::Cost;
use argon2id::Memory;
use pool::Pool;
use sets::Sets;

/// How many may run and wait for each thread, about a second's worth: whoever comes later is refused at once.
const PLACES_PER_THREAD: usize = 64;
/// The part of them that may be held by those who have backup codes hashed.
const FOR_SETS: usize = 4;

/// The hasher of passwords and backup codes.
pub struct Argon2Hasher {
    pool: Pool<Memory>,
    sets: Sets,
    cost: Cost,
    entropy: Arc<dyn Entropy>,
    decoy: SecretHash,
}

impl Argon2Hasher {
    /// Starts one thread a core.
    pub fn start(cost: Cost, entropy: Arc<dyn Entropy>) -> io::Result<Self> {
        let threads = std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
        Self::with_threads(cost, entropy, threads, threads.get() * PLACES_PER_THREAD)
    }

    /// Starts with this many threads and places.
    pub fn with_threads(
        cost: Cost,
        entropy: Arc<dyn Entropy>,
        threads: NonZero<usize>,
        places: usize,
    ) -> io::Result<Self> {
        let pool = Pool::start("argon2id", threads, places)?;
        Ok(Self {
            pool,
            sets: Sets::new(places.div_ceil(FOR_SETS)),
            cost,
            entropy,
            decoy: cost.decoy(),
        })
    }
}

#[async_trait]
impl Hasher for Argon2Hasher {
    fn place(&self) -> Result<Place, NoPlace> {
        self.pool.place()
    }

    fn place_for_set(&self, person: &UserId) -> Result<Place, NoPlace> {
        Ok(Place::new((self.sets.hold(person)?, self.place()?)))
    }

    async fn hash_in(&self, place: Place, secret: &[u8]) -> Result<SecretHash, PortError> {
        let secret = Zeroizing::new(secret.to_vec());
        let salt = self.entropy.draw::<16>()?;
        let cost = self.cost;
        self.pool
            .run(place, move |memory| memory.hash(cost, &secret, salt))
            .await?
    }

    async fn verify(
        &self,
        place: Place,
        secret: &[u8],
        hash: Option<&SecretHash>,
    ) -> Result<bool, PortError> {
        let secret = Zeroizing::new(secret.to_vec());
        let known = hash.is_some();
        let hash = hash.unwrap_or(&self.decoy).clone();
        let fits = self
            .pool
            .run(place, move |memory| memory.verify(&secret, &hash))
            .await??;
        Ok(fits && known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SystemEntropy;

    fn hasher(threads: usize, places: usize) -> Argon2Hasher {
        let cost = Cost {
            memory_kib: 64,
            passes: 1,
        };
        let threads = NonZero::new(threads).unwrap();
        Argon2Hasher::with_threads(cost, Arc::new(SystemEntropy), threads, places).unwrap()
    }

    async fn fits(hasher: &Argon2Hasher, secret: &[u8], hash: Option<&SecretHash>) -> bool {
        let place = hasher.place().ok().unwrap();
        hasher.verify(place, secret, hash).await.unwrap()
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

    #[test]
    fn sets_leave_places_to_all_others() {
        let hasher = hasher(1, 4 * FOR_SETS);
        let people = (0..4).map(|person| UserId::from_random([person; 16]));
        let sets: Vec<_> = people
            .map(|person| hasher.place_for_set(&person).ok().unwrap())
            .collect();
        let late = UserId::from_random([9; 16]);
        assert!(hasher.place_for_set(&late).is_err());
        let others: Vec<_> = std::iter::from_fn(|| hasher.place().ok()).collect();
        assert_eq!(others.len(), 4 * FOR_SETS - 4);
        drop(sets);
        assert!(hasher.place_for_set(&late).is_ok());
    }

    #[test]
    fn a_set_takes_a_place_as_well() {
        let (hasher, person) = (hasher(1, 1), UserId::from_random([1; 16]));
        let place = hasher.place();
        assert!(hasher.place_for_set(&person).is_err());
        drop(place);
        assert!(hasher.place_for_set(&person).is_ok());
    }

    #[tokio::test]
    async fn without_a_hash_the_answer_is_no() {
        assert!(!fits(&hasher(1, 1), b"whatever it is", None).await);
    }

    #[tokio::test]
    async fn a_damaged_hash_is_an_error_and_not_a_wrong_password() {
        let damaged = SecretHash::phc("$argon2id$v=19$m=64".to_owned());
        let hasher = hasher(1, 1);
        let place = hasher.place().ok().unwrap();
        let result = hasher.verify(place, b"secret", Some(&damaged)).await;
        assert!(matches!(result, Err(PortError::Failed(_))));
    }
}
