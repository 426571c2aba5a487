//! Bearer tokens: 256 random bits in a cookie or a link. The database stores only their SHA-256
//! (ASVS V7.2.3).

use std::str::FromStr;

use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};
use thiserror::Error;
use zeroize::Zeroizing;

/// A token in plain form. The type has no `Debug` and no `Serialize`.
#[derive(Clone)]
pub struct Token(Zeroizing<[u8; 32]>);

/// The stored form of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenHash([u8; 32]);

/// The text is not a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a token")]
pub struct TokenError;

impl Token {
    /// Makes a token of 256 bits drawn by the caller.
    #[must_use]
    pub fn from_random(bits: [u8; 32]) -> Self {
        Self(Zeroizing::new(bits))
    }

    /// The text for the cookie or the link's fragment.
    #[must_use]
    pub fn expose(&self) -> String {
        BASE64URL_NOPAD.encode(self.0.as_slice())
    }

    /// The hash to store and to look up by.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(self.0.as_slice()).into())
    }
}

impl FromStr for Token {
    type Err = TokenError;

    fn from_str(text: &str) -> Result<Self, TokenError> {
        let bytes = Zeroizing::new(
            BASE64URL_NOPAD
                .decode(text.as_bytes())
                .map_err(|_| TokenError)?,
        );
        bytes
            .as_slice()
            .try_into()
            .map(Self::from_random)
            .map_err(|_| TokenError)
    }
}

impl TokenHash {
    /// The bytes as stored.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// A text that tells tokens apart, and by which none is found in the database.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        BASE64URL_NOPAD.encode(&Sha256::digest(self.0))
    }

    /// The text for a link. It is no secret, because no token follows from it.
    #[must_use]
    pub fn to_text(&self) -> String {
        BASE64URL_NOPAD.encode(&self.0)
    }
}

impl FromStr for TokenHash {
    type Err = TokenError;

    fn from_str(text: &str) -> Result<Self, TokenError> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes());
        let bytes = bytes.map_err(|_| TokenError)?;
        bytes.try_into().map(Self).map_err(|_| TokenError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_survives_the_cookie() {
        let token = Token::from_random([7; 32]);
        assert_eq!(
            token.expose().parse::<Token>().ok().unwrap().hash(),
            token.hash()
        );
        assert_ne!(Token::from_random([8; 32]).hash(), token.hash());
    }

    #[test]
    fn a_hash_survives_a_link() {
        let hash = Token::from_random([7; 32]).hash();
        assert_eq!(hash.to_text().parse(), Ok(hash));
        assert_ne!(hash.fingerprint(), hash.to_text());
        assert_eq!("AAAA".parse::<TokenHash>(), Err(TokenError));
    }

    #[test]
    fn malformed_tokens_are_refused() {
        for text in ["", "AAAA", "!".repeat(43).as_str(), "A".repeat(44).as_str()] {
            assert!(text.parse::<Token>().is_err());
        }
    }
}
