//! The supported schemes, and the words by which a stored hash names them.

use std::{fmt, str::FromStr};

use super::{HashError, cost};

/// A scheme with its costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Argon2, version 19 (RFC 9106).
    Argon2 {
        /// Which Argon2.
        variant: Argon2Variant,
        /// Memory in KiB.
        memory_kib: u32,
        /// Passes over the memory.
        passes: u32,
        /// Lanes.
        lanes: u32,
    },
    /// bcrypt of at most 72 bytes. `$2a$`, `$2b$` and `$2y$` are the same for these.
    Bcrypt {
        /// What bcrypt is given.
        input: BcryptInput,
        /// The binary logarithm of the rounds.
        cost: u8,
    },
    /// PBKDF2 (RFC 8018).
    Pbkdf2 {
        /// The hash function of its HMAC.
        function: Pbkdf2Function,
        /// Iterations.
        rounds: u32,
    },
    /// scrypt (RFC 7914).
    Scrypt {
        /// The binary logarithm of N.
        log_n: u8,
        /// r.
        block_size: u32,
        /// p.
        parallelism: u32,
    },
    /// phpass, the portable hash of `WordPress` before 6.8: MD-5, repeated.
    Phpass {
        /// The binary logarithm of the rounds.
        log_rounds: u8,
    },
}

/// Which Argon2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Argon2Variant {
    /// Argon2i.
    I,
    /// Argon2id.
    Id,
}

/// What bcrypt is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BcryptInput {
    /// The password.
    Plain,
    /// The hexadecimal SHA-256 of the password (Django's `bcrypt_sha256`).
    Sha256,
    /// The base64 of an HMAC-SHA-384 of the password (`WordPress` since 6.8).
    Wordpress,
}

/// The hash function of PBKDF2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pbkdf2Function {
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

impl Argon2Variant {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::I => "argon2i",
            Self::Id => "argon2id",
        }
    }
}

impl BcryptInput {
    const fn word(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Sha256 => "sha256",
            Self::Wordpress => "wordpress",
        }
    }
}

impl Pbkdf2Function {
    const fn word(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Argon2 {
                variant,
                memory_kib,
                passes,
                lanes,
            } => write!(out, "{}.{memory_kib}.{passes}.{lanes}", variant.word()),
            Self::Bcrypt { input, cost } => write!(out, "bcrypt.{}.{cost}", input.word()),
            Self::Pbkdf2 { function, rounds } => {
                write!(out, "pbkdf2.{}.{rounds}", function.word())
            }
            Self::Scrypt {
                log_n,
                block_size,
                parallelism,
            } => write!(out, "scrypt.{log_n}.{block_size}.{parallelism}"),
            Self::Phpass { log_rounds } => write!(out, "phpass.{log_rounds}"),
        }
    }
}

impl FromStr for Scheme {
    type Err = HashError;

    /// Reads the words of a stored hash. The limits of an import hold here too, so that a changed
    /// row can't occupy a hashing thread for long.
    fn from_str(text: &str) -> Result<Self, HashError> {
        let words: Vec<&str> = text.split('.').collect();
        let scheme = match words[..] {
            [
                variant @ ("argon2i" | "argon2id"),
                memory_kib,
                passes,
                lanes,
            ] => Self::Argon2 {
                variant: if variant == "argon2i" {
                    Argon2Variant::I
                } else {
                    Argon2Variant::Id
                },
                memory_kib: number(memory_kib)?,
                passes: number(passes)?,
                lanes: number(lanes)?,
            },
            ["bcrypt", input, cost] => Self::Bcrypt {
                input: [
                    BcryptInput::Plain,
                    BcryptInput::Sha256,
                    BcryptInput::Wordpress,
                ]
                .into_iter()
                .find(|known| known.word() == input)
                .ok_or(HashError::Form)?,
                cost: number(cost)?,
            },
            ["pbkdf2", function, rounds] => Self::Pbkdf2 {
                function: [
                    Pbkdf2Function::Sha1,
                    Pbkdf2Function::Sha256,
                    Pbkdf2Function::Sha512,
                ]
                .into_iter()
                .find(|known| known.word() == function)
                .ok_or(HashError::Form)?,
                rounds: number(rounds)?,
            },
            ["scrypt", log_n, block_size, parallelism] => Self::Scrypt {
                log_n: number(log_n)?,
                block_size: number(block_size)?,
                parallelism: number(parallelism)?,
            },
            ["phpass", log_rounds] => Self::Phpass {
                log_rounds: number(log_rounds)?,
            },
            _ => return Err(HashError::Form),
        };
        cost::check(scheme)?;
        Ok(scheme)
    }
}

/// A decimal number without a sign, as the schemes write them.
pub(super) fn number<T: FromStr>(text: &str) -> Result<T, HashError> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(HashError::Form);
    }
    text.parse().map_err(|_| HashError::Form)
}
