//! Computes the digest of another program from a password (ADR 43). What stands in the database is
//! Argon2id over it.

use argon2::{Algorithm, Argon2, Params, Version};
use data_encoding::{BASE64, HEXLOWER};
use domain::{
    ports::PortError,
    secrets::imported_hash::{
        Argon2Variant, BCRYPT_BYTES, BcryptInput, Pbkdf2Function, Recipe, Scheme,
    },
};
use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use pbkdf2::pbkdf2_hmac;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};
use zeroize::Zeroizing;

use super::argon2id::failed;

/// The key by which `WordPress` hashes a password before bcrypt.
const WORDPRESS_KEY: &[u8] = b"wp-sha384";

/// Computes the digest of a password.
#[inline(never)]
pub fn compute(recipe: &Recipe, password: &[u8]) -> Result<Zeroizing<Vec<u8>>, PortError> {
    let mut digest = Zeroizing::new(vec![0; recipe.bytes]);
    match recipe.scheme {
        Scheme::Argon2 {
            variant,
            memory_kib,
            passes,
            lanes,
        } => {
            let params = Params::new(memory_kib, passes, lanes, Some(recipe.bytes));
            let algorithm = match variant {
                Argon2Variant::I => Algorithm::Argon2i,
                Argon2Variant::Id => Algorithm::Argon2id,
            };
            let argon2 = Argon2::new(algorithm, Version::V0x13, params.map_err(failed)?);
            let computed = argon2.hash_password_into(password, &recipe.salt, &mut digest);
            computed.map_err(failed)?;
        }
        Scheme::Bcrypt { input, cost } => {
            let full = bcrypt(cost, &recipe.salt, input, password)?;
            digest = Zeroizing::new(full.iter().copied().take(recipe.bytes).collect());
        }
        Scheme::Pbkdf2 { function, rounds } => {
            let (salt, out) = (recipe.salt.as_slice(), digest.as_mut_slice());
            match function {
                Pbkdf2Function::Sha1 => pbkdf2_hmac::<Sha1>(password, salt, rounds, out),
                Pbkdf2Function::Sha256 => pbkdf2_hmac::<Sha256>(password, salt, rounds, out),
                Pbkdf2Function::Sha512 => pbkdf2_hmac::<Sha512>(password, salt, rounds, out),
            }
        }
        Scheme::Scrypt {
            log_n,
            block_size,
            parallelism,
        } => {
            let params = scrypt::Params::new(log_n, block_size, parallelism).map_err(failed)?;
            scrypt::scrypt(password, &recipe.salt, &params, &mut digest).map_err(failed)?;
        }
        Scheme::Phpass { log_rounds } => {
            digest = phpass(log_rounds, &recipe.salt, password);
            digest.truncate(recipe.bytes);
        }
    }
    Ok(digest)
}

fn bcrypt(
    cost: u8,
    salt: &[u8],
    input: BcryptInput,
    password: &[u8],
) -> Result<Zeroizing<[u8; 24]>, PortError> {
    let salt = salt.try_into().map_err(failed)?;
    let mut given = Zeroizing::new(match input {
        BcryptInput::Plain => password.to_vec(),
        BcryptInput::Sha256 => HEXLOWER.encode(&Sha256::digest(password)).into_bytes(),
        BcryptInput::Wordpress => {
            let mut mac = Hmac::<Sha384>::new_from_slice(WORDPRESS_KEY).map_err(failed)?;
            mac.update(password);
            BASE64.encode(&mac.finalize().into_bytes()).into_bytes()
        }
    });
    given.push(0);
    given.truncate(BCRYPT_BYTES);
    Ok(Zeroizing::new(bcrypt::bcrypt(cost.into(), salt, &given)))
}

fn phpass(log_rounds: u8, salt: &[u8], password: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut digest = Md5::new().chain_update(salt).chain_update(password);
    for _ in 0..(1_u64 << log_rounds) {
        let last = digest.finalize();
        digest = Md5::new().chain_update(last).chain_update(password);
    }
    Zeroizing::new(digest.finalize().to_vec())
}

#[cfg(test)]
mod tests {
    use domain::secrets::imported_hash::{Argon2Cost, OldHash, TakenHash};

    use super::*;

    /// Of each program that the importer knows, with the password of the file's first line.
    const VECTORS: &str = include_str!("../../../domain/src/secrets/imported_hash/vectors.txt");
    const PASSWORD: &str = "correct horse 電池 staple";

    fn old(text: &str) -> Option<OldHash> {
        let own = Argon2Cost {
            memory_kib: 19 * 1024,
            passes: 2,
        };
        match TakenHash::read(text, own).unwrap() {
            TakenHash::Old(old) => Some(old),
            TakenHash::Own(_) => None,
        }
    }

    #[test]
    fn the_hash_of_each_program_fits_its_password_only() {
        let mut count = 0;
        for line in VECTORS.lines() {
            let Some((program, hash)) = line.split_once('\t') else {
                continue;
            };
            let Some(old) = old(hash) else { continue };
            let right = compute(&old.recipe, PASSWORD.as_bytes()).ok().unwrap();
            assert!(*right == *old.digest, "{program}");
            let wrong = compute(&old.recipe, b"correct horse battery staplf");
            assert!(*wrong.ok().unwrap() != *old.digest, "{program}");
            count += 1;
        }
        assert_eq!(count, 20);
    }

    /// Made by Python's `bcrypt` from a hundred times the letter x.
    #[test]
    fn bcrypt_reads_72_bytes() {
        let hash = "$2b$04$/1FSaV04FvMqYziO3G6q.ufHjSAFMsGnA.CudzusF3BFYxzG5OMmy";
        let old = old(hash).unwrap();
        for length in [72, 100, 256] {
            let digest = compute(&old.recipe, "x".repeat(length).as_bytes());
            assert!(*digest.ok().unwrap() == *old.digest, "{length}");
        }
        let shorter = compute(&old.recipe, "x".repeat(71).as_bytes());
        assert!(*shorter.ok().unwrap() != *old.digest);
        assert!(compute(&old.recipe, b"").is_ok());
    }
}
