//! Django's forms, which begin with the name of the hasher.

use super::{
    BcryptInput, HashError, OldHash, Pbkdf2Function, Scheme,
    base64::decode,
    formats::{bcrypt, checked},
    scheme::number,
};

/// Reads a hash in one of Django's forms; `None` if the text does not begin like one.
pub fn read(text: &str) -> Option<Result<OldHash, HashError>> {
    let (hasher, rest) = text.split_once('$')?;
    Some(match hasher {
        "pbkdf2_sha256" => pbkdf2(Pbkdf2Function::Sha256, rest),
        "pbkdf2_sha1" => pbkdf2(Pbkdf2Function::Sha1, rest),
        "scrypt" => scrypt(rest),
        "bcrypt_sha256" => of_bcrypt(BcryptInput::Sha256, rest),
        "bcrypt" => of_bcrypt(BcryptInput::Plain, rest),
        "argon2" => super::formats::old_hash(&format!("${rest}")),
        "md5" | "sha1" => Err(HashError::Plain),
        _ => return None,
    })
}

/// The salt is the text itself, and the digest has padding.
fn pbkdf2(function: Pbkdf2Function, rest: &str) -> Result<OldHash, HashError> {
    let parts: Vec<&str> = rest.split('$').collect();
    let [rounds, salt, digest] = parts[..] else {
        return Err(HashError::Form);
    };
    let scheme = Scheme::Pbkdf2 {
        function,
        rounds: number(rounds)?,
    };
    let digest = decode(digest).ok_or(HashError::Form)?;
    checked(scheme, salt.as_bytes().to_vec(), digest)
}

fn scrypt(rest: &str) -> Result<OldHash, HashError> {
    let parts: Vec<&str> = rest.split('$').collect();
    let [work, salt, block_size, parallelism, digest] = parts[..] else {
        return Err(HashError::Form);
    };
    let work: u32 = number(work)?;
    if !work.is_power_of_two() {
        return Err(HashError::Form);
    }
    let scheme = Scheme::Scrypt {
        log_n: u8::try_from(work.trailing_zeros()).map_err(|_| HashError::Form)?,
        block_size: number(block_size)?,
        parallelism: number(parallelism)?,
    };
    let digest = decode(digest).ok_or(HashError::Form)?;
    checked(scheme, salt.as_bytes().to_vec(), digest)
}

fn of_bcrypt(input: BcryptInput, rest: &str) -> Result<OldHash, HashError> {
    let parts: Vec<&str> = rest.split('$').collect();
    match parts[..] {
        ["", "2a" | "2b" | "2y", cost, digest] => bcrypt(input, cost, digest),
        _ => Err(HashError::Form),
    }
}
