//! What an old digest costs, and how long a sign-in lasts while old digests are left.

use std::time::Duration;

use super::{HashError, Scheme};

/// The longest time that an old digest may take, in milliseconds of the reference machine.
pub const MAX_MILLIS: u32 = 1_000;
/// The most memory that an old digest may take, in KiB.
pub const MAX_MEMORY_KIB: u32 = 128 * 1024;

/// The cost of this program's own hashes; always one lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Argon2Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
}

impl Argon2Cost {
    /// OWASP's Password Storage Cheat Sheet: 19 MiB, two passes.
    pub const STANDARD: Self = Self {
        memory_kib: 19 * 1024,
        passes: 2,
    };
}

/// Our own Argon2id on top of an old digest, in milliseconds of the reference machine.
const OWN_MILLIS: u32 = 40;

/// The time of an old digest in milliseconds, rounded up, as one core of the machine of
/// docs/BENCHMARKS.md takes it; at least 1.
pub(super) fn millis(scheme: Scheme) -> u32 {
    let micros: u64 = match scheme {
        // 1.3 µs for each KiB and pass.
        Scheme::Argon2 {
            memory_kib, passes, ..
        } => u64::from(memory_kib) * u64::from(passes) * 13 / 10,
        // 75 µs for each round; cost 12 takes 0.3 s.
        Scheme::Bcrypt { cost, .. } => (1_u64 << cost.min(31)) * 75,
        Scheme::Pbkdf2 { function, rounds } => u64::from(rounds) * pbkdf2_nanos(function) / 1_000,
        // 3 µs for each KiB.
        Scheme::Scrypt { parallelism, .. } => {
            scrypt_kib(scheme).saturating_mul(u64::from(parallelism)) * 3
        }
        // 0.2 µs for each round.
        Scheme::Phpass { log_rounds } => (1_u64 << log_rounds.min(31)) / 5,
    };
    u32::try_from(micros.div_ceil(1_000).max(1)).unwrap_or(u32::MAX)
}

/// One iteration: two blocks of the hash function.
const fn pbkdf2_nanos(function: super::Pbkdf2Function) -> u64 {
    match function {
        super::Pbkdf2Function::Sha1 => 800,
        super::Pbkdf2Function::Sha256 => 500,
        super::Pbkdf2Function::Sha512 => 1_500,
    }
}

/// The memory of scrypt: 128 · r · N bytes (RFC 7914 §2).
fn scrypt_kib(scheme: Scheme) -> u64 {
    match scheme {
        Scheme::Scrypt {
            log_n, block_size, ..
        } => (u64::from(block_size) << log_n.min(31)) / 8,
        _ => 0,
    }
}

/// Refuses costs that are out of the scheme's range, or that would take too much.
pub(super) fn check(scheme: Scheme) -> Result<(), HashError> {
    let (in_range, kib) = match scheme {
        Scheme::Argon2 {
            memory_kib,
            passes,
            lanes,
            ..
        } => (
            passes >= 1 && (1..=16).contains(&lanes) && memory_kib >= 8 * lanes,
            u64::from(memory_kib),
        ),
        Scheme::Bcrypt { cost, .. } => ((4..=31).contains(&cost), 0),
        Scheme::Pbkdf2 { rounds, .. } => (rounds >= 1, 0),
        Scheme::Scrypt {
            log_n,
            block_size,
            parallelism,
        } => {
            let range = 1..=64;
            let small = range.contains(&block_size) && range.contains(&parallelism);
            ((1..=31).contains(&log_n) && small, scrypt_kib(scheme))
        }
        Scheme::Phpass { log_rounds } => ((7..=30).contains(&log_rounds), 0),
    };
    if !in_range {
        Err(HashError::Form)
    } else if kib > u64::from(MAX_MEMORY_KIB) {
        Err(HashError::TooLarge)
    } else if millis(scheme) > MAX_MILLIS {
        Err(HashError::TooSlow)
    } else {
        Ok(())
    }
}

/// The slowest old digest that is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlowestDigest {
    /// Its time, in milliseconds of the reference machine.
    pub millis: u32,
    /// How it is computed; none if its row is damaged.
    pub work: Option<DigestWork>,
}

/// What the time of a digest depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DigestWork {
    /// The scheme and its costs.
    pub scheme: Scheme,
    /// The digest's length in bytes.
    pub bytes: usize,
}

/// The work that each check of a password does at least while old digests are left: those of
/// people without an old digest too, and those of addresses that no user has. So neither the time
/// of an answer nor the load of the processor tells whose password is of which scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Floor {
    /// The time on the processor. Time on the clock would not do: a check that computes is delayed
    /// by other work, and one that sleeps is not.
    pub cpu_time: Duration,
    /// The slowest digest, which checks without a digest of nearly its cost compute too.
    pub decoy: Option<DigestWork>,
}

impl Floor {
    /// No floor: no old digest is left, or the secret is no password.
    pub const NONE: Self = Self {
        cpu_time: Duration::ZERO,
        decoy: None,
    };

    /// The decoy that a check computes beside its own digest. Beside one of more than half the
    /// decoy's cost it is none, because both would not fit into the floor.
    #[must_use]
    pub fn decoy_beside(&self, own: Option<Scheme>) -> Option<DigestWork> {
        let own = own.map_or(0, millis);
        let decoy = self.decoy?;
        (own.saturating_mul(2) <= millis(decoy.scheme)).then_some(decoy)
    }
}

/// The floor while this is the slowest old digest that is left. Half as much again is room for
/// slower machines, and for a decoy beside a quicker digest.
#[must_use]
pub fn floor(slowest: Option<SlowestDigest>) -> Floor {
    slowest.map_or(Floor::NONE, |slowest| {
        let millis = (slowest.millis.min(MAX_MILLIS) + OWN_MILLIS) * 3 / 2;
        Floor {
            cpu_time: Duration::from_millis(millis.into()),
            decoy: slowest.work,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::imported_hash::{Argon2Variant, BcryptInput, Pbkdf2Function};
    use rstest::rstest;

    const fn bcrypt(cost: u8) -> Scheme {
        Scheme::Bcrypt {
            input: BcryptInput::Plain,
            cost,
        }
    }

    const fn argon2(memory_kib: u32, passes: u32, lanes: u32) -> Scheme {
        Scheme::Argon2 {
            variant: Argon2Variant::Id,
            memory_kib,
            passes,
            lanes,
        }
    }

    const fn pbkdf2(rounds: u32) -> Scheme {
        Scheme::Pbkdf2 {
            function: Pbkdf2Function::Sha256,
            rounds,
        }
    }

    const fn scrypt(log_n: u8, block_size: u32, parallelism: u32) -> Scheme {
        Scheme::Scrypt {
            log_n,
            block_size,
            parallelism,
        }
    }

    #[rstest]
    #[case(bcrypt(4), Ok(()))]
    #[case(bcrypt(13), Ok(()))]
    #[case(bcrypt(14), Err(HashError::TooSlow))]
    #[case(bcrypt(31), Err(HashError::TooSlow))]
    #[case(bcrypt(3), Err(HashError::Form))]
    #[case(pbkdf2(1_200_000), Ok(()))]
    #[case(pbkdf2(3_000_000), Err(HashError::TooSlow))]
    #[case(pbkdf2(0), Err(HashError::Form))]
    #[case(argon2(65_536, 3, 4), Ok(()))]
    #[case(argon2(131_072, 2, 1), Ok(()))]
    #[case(argon2(131_073, 1, 1), Err(HashError::TooLarge))]
    #[case(argon2(131_072, 9, 1), Err(HashError::TooSlow))]
    #[case(argon2(8, 1, 2), Err(HashError::Form))]
    #[case(scrypt(16, 8, 1), Ok(()))]
    #[case(scrypt(14, 16, 1), Ok(()))]
    #[case(scrypt(17, 8, 1), Ok(()))]
    #[case(scrypt(18, 8, 1), Err(HashError::TooLarge))]
    #[case(scrypt(17, 8, 4), Err(HashError::TooSlow))]
    #[case(Scheme::Phpass { log_rounds: 13 }, Ok(()))]
    #[case(Scheme::Phpass { log_rounds: 24 }, Err(HashError::TooSlow))]
    #[case(Scheme::Phpass { log_rounds: 31 }, Err(HashError::Form))]
    fn what_would_take_too_long_is_refused(
        #[case] scheme: Scheme,
        #[case] expected: Result<(), HashError>,
    ) {
        assert_eq!(check(scheme), expected);
    }

    fn floor_of(millis: u32, scheme: Option<Scheme>) -> Floor {
        let work = scheme.map(|scheme| DigestWork { scheme, bytes: 23 });
        floor(Some(SlowestDigest { millis, work }))
    }

    #[test]
    fn the_floor_lies_above_the_slowest_digest_and_our_own_hash() {
        assert_eq!(floor(None), Floor::NONE);
        for millis in [1, 270, MAX_MILLIS] {
            let least = Duration::from_millis(u64::from(millis + OWN_MILLIS));
            assert!(floor_of(millis, None).cpu_time > least);
        }
        let longest = floor_of(MAX_MILLIS, None);
        assert_eq!(floor_of(u32::MAX, None), longest);
    }

    /// Otherwise the load of the processor would tell who has an old digest.
    #[rstest]
    #[case::no_digest(None, true)]
    #[case::quick(Some(bcrypt(4)), true)]
    #[case::half(Some(bcrypt(11)), true)]
    #[case::nearly(Some(pbkdf2(500_000)), false)]
    #[case::the_slowest(Some(bcrypt(12)), false)]
    fn a_check_computes_the_slowest_digest_or_one_of_nearly_its_cost(
        #[case] own: Option<Scheme>,
        #[case] computes: bool,
    ) {
        let floor = floor_of(millis(bcrypt(12)), Some(bcrypt(12)));
        let decoy = floor.decoy_beside(own);
        assert_eq!(decoy.is_some(), computes);
        let both = own.map_or(0, millis) + decoy.map_or(0, |work| millis(work.scheme)) + OWN_MILLIS;
        assert!(floor.cpu_time >= Duration::from_millis(both.into()));
        assert_eq!(Floor::NONE.decoy_beside(own), None);
    }
}
