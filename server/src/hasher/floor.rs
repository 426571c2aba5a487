//! Makes each check of a password do the same work, while old digests are left (ADR 43).

use std::{hint::black_box, time::Duration};

use domain::{
    ports::{PortError, SecretHash},
    secrets::imported_hash::{DigestWork, Floor, Recipe, StoredHash},
};
use rustix::time::{ClockId, clock_gettime};
use sha2::{Digest, Sha256};

use super::{argon2id::Memory, old_digest, stack};

/// What is hashed between two looks at the processor's clock: some microseconds of work.
const BLOCK: usize = 4_096;
/// The salt of a decoy: as long as bcrypt needs it.
const SALT: [u8; 16] = [0; 16];

/// Compares a secret with a hash, and does the work of the floor. The work is computed and not
/// slept: other requests see how busy the processor is, and delay what computes.
pub fn verify(
    memory: &mut Memory,
    secret: &[u8],
    hash: &SecretHash,
    floor: Floor,
) -> Result<bool, PortError> {
    let ends_at = cpu_time() + floor.cpu_time;
    let own = match StoredHash::read(hash) {
        Ok(StoredHash::Imported { recipe, .. }) => Some(recipe.scheme),
        _ => None,
    };
    if let Some(decoy) = floor.decoy_beside(own) {
        compute_decoy(decoy, secret);
    }
    let result = memory.verify(secret, hash);
    compute_until(ends_at);
    result
}

fn compute_decoy(work: DigestWork, secret: &[u8]) {
    let recipe = Recipe {
        scheme: work.scheme,
        salt: SALT.to_vec(),
        bytes: work.bytes,
    };
    // It fits nothing, and what fails here fails for each address alike.
    let _ = black_box(old_digest::compute(&recipe, secret));
    stack::wipe();
}

/// Computes until this thread has had so much of the processor.
fn compute_until(end: Duration) {
    let mut block = [0_u8; BLOCK];
    while cpu_time() < end {
        let digest = Sha256::digest(block);
        block[..digest.len()].copy_from_slice(&digest);
    }
    black_box(block);
}

/// The time that this thread has had on a processor.
fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    let nanos = u32::try_from(time.tv_nsec).unwrap_or_default();
    Duration::new(seconds, nanos)
}

#[cfg(test)]
mod tests {
    use domain::secrets::imported_hash::{Argon2Cost, SlowestDigest, TakenHash, floor};

    use super::*;

    const COST: Argon2Cost = Argon2Cost {
        memory_kib: 64,
        passes: 1,
    };
    /// bcrypt of cost 9, and of cost 4.
    const SLOW: &str = "$2b$09$BLDKaMvUCzFQwpFiL88ZQ.uE9g2rm3hn1HuIJtO6wzHWeGaKrg7NC";
    const QUICK: &str = "$2b$04$2bU7.zdFkqzpgKmxxULV3.eydXF7k9EN/X6Dz5jzSoHvy0kIQ/60e";

    fn imported(text: &str) -> SecretHash {
        let Ok(TakenHash::Old(old)) = TakenHash::read(text, Argon2Cost::STANDARD) else {
            panic!("not an old hash");
        };
        let over = Memory::default().hash(COST, &old.digest, [1; 16]);
        old.recipe.stored(&over.ok().unwrap())
    }

    /// U8: a check of an unknown address and of a quick digest take the processor for as long as
    /// one of the slowest digest, also while other work delays them.
    #[test]
    fn u8_each_check_takes_the_processor_for_as_long() {
        let mut memory = Memory::default();
        let slow = imported(SLOW);
        let floor = floor(Some(SlowestDigest::of_stored(&slow)));
        let own = memory.hash(COST, b"secret", [2; 16]).ok().unwrap();
        for hash in [
            slow,
            imported(QUICK),
            own,
            SecretHash::phc("damaged".to_owned()),
        ] {
            let before = cpu_time();
            let _ = verify(&mut memory, b"wrong", &hash, floor);
            let took = cpu_time().saturating_sub(before);
            assert!(took >= floor.cpu_time, "{took:?}");
            assert!(took < floor.cpu_time * 6 / 5, "{took:?}");
        }
    }

    #[test]
    fn waiting_is_no_work() {
        let end = cpu_time() + Duration::from_millis(20);
        std::thread::park_timeout(Duration::from_millis(30));
        compute_until(end);
        assert!(cpu_time() >= end);
    }

    #[test]
    fn without_old_digests_nothing_more_is_computed() {
        let own = Memory::default().hash(COST, b"secret", [2; 16]);
        let before = cpu_time();
        let fits = verify(
            &mut Memory::default(),
            b"secret",
            &own.ok().unwrap(),
            Floor::NONE,
        );
        assert!(fits.ok().unwrap());
        assert!(cpu_time().saturating_sub(before) < Duration::from_millis(20));
    }
}
