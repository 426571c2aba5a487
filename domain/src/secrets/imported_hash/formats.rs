//! Reads the hashes that other programs write.

use zeroize::Zeroizing;

use super::{
    Argon2Cost, Argon2Variant, BcryptInput, HashError, OldHash, Pbkdf2Function, Recipe, Scheme,
    TakenHash,
    base64::{decode, decode_bcrypt, decode_phpass, phpass_number},
    cost, django,
    scheme::number,
};
use crate::secrets::secret_hash::SecretHash;

/// Salts in bytes. Without a salt, equal passwords have equal digests.
const SALT: std::ops::RangeInclusive<usize> = 1..=64;
/// Digests in bytes. A shorter one would let several passwords in.
const DIGEST: std::ops::RangeInclusive<usize> = 16..=64;

impl TakenHash {
    /// Reads a hash in one of the supported forms. Argon2id at the cost `own` is kept as it is.
    ///
    /// # Errors
    /// [`HashError`], if the hash can't be taken.
    pub fn read(text: &str, own: Argon2Cost) -> Result<Self, HashError> {
        let old = old_hash(text)?;
        let is_own = old.recipe.scheme
            == Scheme::Argon2 {
                variant: Argon2Variant::Id,
                memory_kib: own.memory_kib,
                passes: own.passes,
                lanes: 1,
            };
        // Our own reader takes canonical texts only, which this one is.
        if is_own && old.recipe.salt.len() >= 8 && old.recipe.bytes == 32 {
            let phc = text
                .strip_prefix("argon2")
                .filter(|_| !text.starts_with('$'));
            let phc = phc.unwrap_or(text);
            if super::stored::is_own_form(phc) {
                return Ok(Self::Own(SecretHash::phc(phc.to_owned())));
            }
        }
        Ok(Self::Old(old))
    }
}

pub(super) fn old_hash(text: &str) -> Result<OldHash, HashError> {
    if let Some(django) = django::read(text) {
        return django;
    }
    let Some(rest) = text.strip_prefix('$') else {
        return Err(without_dollar(text));
    };
    let parts: Vec<&str> = rest.split('$').collect();
    match parts[..] {
        ["argon2id", version, costs, salt, digest] => {
            argon2(Argon2Variant::Id, version, costs, salt, digest)
        }
        ["argon2i", version, costs, salt, digest] => {
            argon2(Argon2Variant::I, version, costs, salt, digest)
        }
        ["argon2d" | "argon2i" | "argon2id", ..] => Err(HashError::Argon2Version),
        ["2a" | "2b" | "2y", cost, digest] => bcrypt(BcryptInput::Plain, cost, digest),
        ["wp", "2a" | "2b" | "2y", cost, digest] => bcrypt(BcryptInput::Wordpress, cost, digest),
        ["2x" | "2", ..] => Err(HashError::BcryptVersion),
        ["pbkdf2" | "pbkdf2-sha1", rounds, salt, digest] => {
            pbkdf2(Pbkdf2Function::Sha1, rounds, salt, digest)
        }
        ["pbkdf2-sha256", rounds, salt, digest] => {
            pbkdf2(Pbkdf2Function::Sha256, rounds, salt, digest)
        }
        ["pbkdf2-sha512", rounds, salt, digest] => {
            pbkdf2(Pbkdf2Function::Sha512, rounds, salt, digest)
        }
        ["scrypt", costs, salt, digest] => scrypt(costs, salt, digest),
        ["P" | "H", digest] => phpass(digest),
        [
            "argon2" | "2a" | "2b" | "2y" | "wp" | "scrypt" | "P" | "H",
            ..,
        ] => Err(HashError::Form),
        [scheme, ..] if scheme.starts_with("pbkdf2") => Err(HashError::Form),
        [
            "1" | "5" | "6" | "7" | "y" | "gy" | "md5" | "sha1" | "apr1",
            ..,
        ] => Err(HashError::Crypt),
        _ => Err(HashError::Unknown),
    }
}

/// Names what a text without a scheme most likely is.
fn without_dollar(text: &str) -> HashError {
    let upper = text.to_ascii_uppercase();
    let labels = ["{MD5}", "{SMD5}", "{SHA", "{SSHA"];
    if labels.iter().any(|label| upper.starts_with(label)) {
        return HashError::Plain;
    }
    let is_hex = upper.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hex && matches!(upper.len(), 32 | 40 | 56 | 64 | 96 | 128) {
        HashError::Plain
    } else if upper.starts_with("{CRYPT}") {
        HashError::Crypt
    } else {
        HashError::Unknown
    }
}

/// Checks lengths and costs.
pub(super) fn checked(
    scheme: Scheme,
    salt: Vec<u8>,
    digest: Vec<u8>,
) -> Result<OldHash, HashError> {
    let digest = Zeroizing::new(digest);
    cost::check(scheme)?;
    if !SALT.contains(&salt.len()) || !DIGEST.contains(&digest.len()) {
        return Err(HashError::Form);
    }
    let recipe = Recipe {
        scheme,
        salt,
        bytes: digest.len(),
    };
    Ok(OldHash { recipe, digest })
}

fn argon2(
    variant: Argon2Variant,
    version: &str,
    costs: &str,
    salt: &str,
    digest: &str,
) -> Result<OldHash, HashError> {
    if version != "v=19" {
        return Err(HashError::Argon2Version);
    }
    let [memory_kib, passes, lanes] = named(costs, ["m", "t", "p"])?;
    let scheme = Scheme::Argon2 {
        variant,
        memory_kib: memory_kib.ok_or(HashError::Form)?,
        passes: passes.ok_or(HashError::Form)?,
        lanes: lanes.ok_or(HashError::Form)?,
    };
    let salt = decode(salt).filter(|salt| salt.len() >= 8);
    from_base64(scheme, salt, digest)
}

pub(super) fn bcrypt(input: BcryptInput, cost: &str, text: &str) -> Result<OldHash, HashError> {
    if cost.len() != 2 || text.len() != 53 || !text.is_ascii() {
        return Err(HashError::Form);
    }
    let (salt, digest) = text.split_at(22);
    let scheme = Scheme::Bcrypt {
        input,
        cost: number(cost)?,
    };
    let salt = decode_bcrypt(salt).ok_or(HashError::Form)?;
    let digest = decode_bcrypt(digest).ok_or(HashError::Form)?;
    checked(scheme, salt, digest)
}

/// PHC writes `i=ROUNDS`, with an optional `l=BYTES`, which is the digest's length; passlib and
/// Authelia write the rounds alone.
fn pbkdf2(
    function: Pbkdf2Function,
    rounds: &str,
    salt: &str,
    digest: &str,
) -> Result<OldHash, HashError> {
    let (rounds, bytes) = if rounds.contains('=') {
        let [rounds, bytes] = named(rounds, ["i", "l"])?;
        (rounds.ok_or(HashError::Form)?, bytes)
    } else {
        (number(rounds)?, None)
    };
    let old = from_base64(Scheme::Pbkdf2 { function, rounds }, decode(salt), digest)?;
    let is_other = |bytes: u32| usize::try_from(bytes).ok() != Some(old.digest.len());
    if bytes.is_some_and(is_other) {
        return Err(HashError::Form);
    }
    Ok(old)
}

fn scrypt(costs: &str, salt: &str, digest: &str) -> Result<OldHash, HashError> {
    let [log_n, block_size, parallelism] = named(costs, ["ln", "r", "p"])?;
    let log_n = log_n.and_then(|log_n| u8::try_from(log_n).ok());
    let scheme = Scheme::Scrypt {
        log_n: log_n.ok_or(HashError::Form)?,
        block_size: block_size.ok_or(HashError::Form)?,
        parallelism: parallelism.ok_or(HashError::Form)?,
    };
    from_base64(scheme, decode(salt), digest)
}

/// One character of rounds, eight of salt, and 22 of digest.
fn phpass(text: &str) -> Result<OldHash, HashError> {
    let log_rounds = text.chars().next().and_then(phpass_number);
    if text.len() != 31 || !text.is_ascii() {
        return Err(HashError::Form);
    }
    let scheme = Scheme::Phpass {
        log_rounds: log_rounds.ok_or(HashError::Form)?,
    };
    let (salt, digest) = text[1..].split_at(8);
    let digest = decode_phpass(digest).ok_or(HashError::Form)?;
    checked(scheme, salt.as_bytes().to_vec(), digest)
}

fn from_base64(scheme: Scheme, salt: Option<Vec<u8>>, digest: &str) -> Result<OldHash, HashError> {
    let digest = decode(digest).ok_or(HashError::Form)?;
    checked(scheme, salt.ok_or(HashError::Form)?, digest)
}

/// Reads `name=number` pairs in any order. Other names, and names that come twice, are refused.
fn named<const N: usize>(text: &str, names: [&str; N]) -> Result<[Option<u32>; N], HashError> {
    let mut found = [None; N];
    for pair in text.split(',') {
        let (name, value) = pair.split_once('=').ok_or(HashError::Form)?;
        let place = names.iter().position(|known| *known == name);
        let place = place.and_then(|place| found.get_mut(place));
        let place = place.ok_or(HashError::Form)?;
        if place.replace(number(value)?).is_some() {
            return Err(HashError::Form);
        }
    }
    Ok(found)
}
