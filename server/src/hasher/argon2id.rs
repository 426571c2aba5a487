//! One Argon2id computation in reused memory, to and from PHC strings.

use argon2::{
    Algorithm, Params, Version,
    password_hash::phc::{Output, ParamsString, PasswordHash, Salt},
};
use domain::{
    ports::{PortError, SecretHash},
    secrets::imported_hash::{Argon2Cost, StoredHash},
};
use thiserror::Error;

use super::{engine::Argon2Engine, old_digest, stack};

const OUTPUT_BYTES: usize = 32;

/// The memory of one thread, reused while further hashes wait.
#[derive(Default)]
pub struct Memory(Argon2Engine);

#[derive(Debug, Error)]
#[error("a stored hash is not an Argon2id PHC string")]
struct ForeignHashError;

/// Returns a hash that takes as long to verify as any other of this cost, but matches no secret.
pub(super) fn decoy(cost: Argon2Cost) -> SecretHash {
    let Argon2Cost { memory_kib, passes } = cost;
    let (salt, output) = ("A".repeat(22), "A".repeat(43));
    SecretHash::phc(format!(
        "$argon2id$v=19$m={memory_kib},t={passes},p=1${salt}${output}"
    ))
}

fn params(cost: Argon2Cost) -> Result<Params, PortError> {
    Params::new(cost.memory_kib, cost.passes, 1, Some(OUTPUT_BYTES)).map_err(failed)
}

impl Memory {
    /// Hashes a secret.
    pub(super) fn hash(
        &mut self,
        cost: Argon2Cost,
        secret: &[u8],
        salt: [u8; 16],
    ) -> Result<SecretHash, PortError> {
        let params = params(cost)?;
        let text = ParamsString::try_from(&params).map_err(failed)?;
        let output = self.compute(&params, secret, &salt, OUTPUT_BYTES)?;
        let phc = PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: text,
            salt: Some(Salt::new(&salt).map_err(failed)?),
            hash: Some(output),
        };
        Ok(SecretHash::phc(phc.to_string()))
    }

    /// Compares a secret with a stored hash, at the cost stored in the hash.
    pub(super) fn verify(&mut self, secret: &[u8], hash: &SecretHash) -> Result<bool, PortError> {
        match StoredHash::read(hash).map_err(failed)? {
            StoredHash::Own(hash) => self.verify_own(secret, &hash),
            StoredHash::Imported { recipe, over } => {
                let digest = old_digest::compute(&recipe, secret);
                stack::wipe();
                self.verify_own(&digest?, &over)
            }
        }
    }

    fn verify_own(&mut self, secret: &[u8], hash: &SecretHash) -> Result<bool, PortError> {
        let phc = PasswordHash::new(hash.expose()).map_err(failed)?;
        let ours = phc.algorithm == Algorithm::Argon2id.ident()
            && phc.version == Some(Version::V0x13.into());
        let (Some(salt), Some(expected), true) = (phc.salt, phc.hash, ours) else {
            return Err(failed(ForeignHashError));
        };
        let params = Params::try_from(&phc).map_err(failed)?;
        // `Output` compares in constant time.
        Ok(self.compute(&params, secret, &salt, expected.len())? == expected)
    }

    fn compute(
        &mut self,
        params: &Params,
        secret: &[u8],
        salt: &[u8],
        bytes: usize,
    ) -> Result<Output, PortError> {
        let mut output = [0; Output::MAX_LENGTH];
        let output = output
            .get_mut(..bytes)
            .ok_or_else(|| failed(ForeignHashError))?;
        let computed = self.0.compute(params, secret, salt, output);
        stack::wipe();
        computed.map_err(failed)?;
        Output::new(output).map_err(failed)
    }
}

pub(super) fn failed(error: impl std::error::Error + Send + Sync + 'static) -> PortError {
    PortError::Failed(error.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use argon2::{Argon2, PasswordVerifier, password_hash::PasswordHasher};

    const COST: Argon2Cost = Argon2Cost {
        memory_kib: 256,
        passes: 2,
    };

    #[test]
    fn used_memory_leaves_no_trace_in_the_next_hash() {
        let mut memory = Memory::default();
        let first = memory.hash(COST, b"first", [1; 16]).ok().unwrap();
        memory
            .hash(
                Argon2Cost {
                    memory_kib: 512,
                    passes: 1,
                },
                b"larger",
                [2; 16],
            )
            .ok()
            .unwrap();
        assert!(memory.hash(COST, b"first", [1; 16]).ok().unwrap() == first);
    }

    #[test]
    fn the_library_itself_agrees() {
        let argon2 = Argon2::new(
            Algorithm::Argon2id,
            Version::V0x13,
            params(COST).ok().unwrap(),
        );
        let mut memory = Memory::default();
        let ours = memory.hash(COST, b"secret", [7; 16]).ok().unwrap();
        let parsed = PasswordHash::new(ours.expose()).unwrap();
        assert!(argon2.verify_password(b"secret", &parsed).is_ok());
        let theirs = argon2.hash_password_with_salt(b"secret", &[7; 16]).unwrap();
        assert_eq!(theirs.to_string(), ours.expose());
    }

    #[test]
    fn the_decoy_costs_what_it_says_and_fits_nothing() {
        let standard = decoy(Argon2Cost::STANDARD);
        let params = Params::try_from(&PasswordHash::new(standard.expose()).unwrap()).unwrap();
        assert_eq!(
            (params.m_cost(), params.t_cost(), params.p_cost()),
            (19 * 1024, 2, 1)
        );
        assert!(!Memory::default().verify(b"", &decoy(COST)).ok().unwrap());
    }

    #[test]
    fn other_algorithms_are_refused() {
        for text in [
            "$argon2i$v=19$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
            "$argon2id$v=19$m=64,t=1,p=1",
            "plain",
            "",
        ] {
            assert!(
                Memory::default()
                    .verify(b"secret", &SecretHash::phc(text.to_owned()))
                    .is_err(),
                "{text}"
            );
        }
    }
}
