//! The text of a password's hash in the database.
//!
//! It is an Argon2id PHC string, or for an imported one
//! `imported:MILLIS:SCHEME:SALT:BYTES:PHC`: the digest's time in four digits, how it is computed,
//! and the Argon2id PHC string of the digest. An index finds the rows that begin with [`MARK`], so
//! no statement that replaces a hash has to note anything else.

use data_encoding::BASE64_NOPAD;
use thiserror::Error;

use super::{BcryptInput, DigestWork, Recipe, Scheme, SlowestDigest, cost};
use crate::secrets::secret_hash::SecretHash;

/// The beginning of an imported hash.
pub const MARK: &str = "imported:";
/// What bcrypt reads of a password and the zero behind it, in bytes.
pub const BCRYPT_BYTES: usize = 72;

/// A stored hash is neither of the two forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a stored hash is neither an Argon2id PHC string nor an imported hash")]
pub struct DamagedHashError;

/// A password's hash as stored.
pub enum StoredHash {
    /// Argon2id of the password.
    Own(SecretHash),
    /// Argon2id of the digest that the recipe computes.
    Imported {
        /// How the digest is computed.
        recipe: Recipe,
        /// Argon2id of the digest.
        over: SecretHash,
    },
}

impl StoredHash {
    /// Reads the text of the database.
    ///
    /// # Errors
    /// [`DamagedHashError`], if the text is of neither form.
    pub fn read(stored: &SecretHash) -> Result<Self, DamagedHashError> {
        let Some(rest) = stored.expose().strip_prefix(MARK) else {
            return Ok(Self::Own(stored.clone()));
        };
        let parts: Vec<&str> = rest.splitn(5, ':').collect();
        let [_, scheme, salt, bytes, over] = parts[..] else {
            return Err(DamagedHashError);
        };
        let recipe = Recipe {
            scheme: scheme.parse().map_err(|_| DamagedHashError)?,
            salt: BASE64_NOPAD
                .decode(salt.as_bytes())
                .map_err(|_| DamagedHashError)?,
            bytes: bytes.parse().map_err(|_| DamagedHashError)?,
        };
        if !(1..=64).contains(&recipe.bytes) {
            return Err(DamagedHashError);
        }
        Ok(Self::Imported {
            recipe,
            over: SecretHash::phc(over.to_owned()),
        })
    }

    /// Whether the text of the database is of an imported hash, which the next right sign-in
    /// replaces.
    #[must_use]
    pub fn is_imported(stored: &SecretHash) -> bool {
        stored.expose().starts_with(MARK)
    }

    /// Whether a password that fits is the whole one. bcrypt reads 72 bytes with the zero at the
    /// end, so that what follows may be a typing error. To take such a text for the password would
    /// lock its person out.
    #[must_use]
    pub fn fits_whole(&self, password: &[u8]) -> bool {
        match self {
            Self::Own(_) => true,
            Self::Imported { recipe, .. } => match recipe.scheme {
                Scheme::Bcrypt {
                    input: BcryptInput::Plain,
                    ..
                } => password.len() < BCRYPT_BYTES,
                _ => true,
            },
        }
    }
}

impl SlowestDigest {
    /// Reads the time and the scheme of a stored hash. A row that another program changed may hold
    /// no number: the longest floor covers it.
    #[must_use]
    pub fn of_stored(stored: &SecretHash) -> Self {
        let millis = stored.expose().get(MARK.len()..MARK.len() + 4);
        let work = match StoredHash::read(stored) {
            Ok(StoredHash::Imported { recipe, .. }) => Some(DigestWork {
                scheme: recipe.scheme,
                bytes: recipe.bytes,
            }),
            _ => None,
        };
        Self {
            millis: millis
                .and_then(|millis| millis.parse().ok())
                .unwrap_or(u32::MAX),
            work,
        }
    }
}

impl Recipe {
    /// The text to store, with `over`, which is Argon2id of the digest.
    #[must_use]
    pub fn stored(&self, over: &SecretHash) -> SecretHash {
        let millis = cost::millis(self.scheme).min(cost::MAX_MILLIS);
        let salt = BASE64_NOPAD.encode(&self.salt);
        SecretHash::phc(format!(
            "{MARK}{millis:04}:{}:{salt}:{}:{}",
            self.scheme,
            self.bytes,
            over.expose()
        ))
    }
}

/// Whether a PHC string has the form that this program writes: the costs in order, and base64
/// without padding.
pub(super) fn is_own_form(phc: &str) -> bool {
    let parts: Vec<&str> = phc.split('$').collect();
    let ["", "argon2id", "v=19", costs, salt, digest] = parts[..] else {
        return false;
    };
    let names: Vec<&str> = costs.split(',').filter_map(|pair| pair.get(..2)).collect();
    names == ["m=", "t=", "p="] && ![salt, digest].iter().any(|text| text.contains(['=', '.']))
}
