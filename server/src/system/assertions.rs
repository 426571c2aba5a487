//! The signatures of assertions, by which an application checks who a person is (ES256, RFC 7515,
//! RFC 7518 §3.4), and the public key for it (RFC 7517).

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use data_encoding::BASE64URL_NOPAD;
use domain::{door::Identity, secrets::assertion_key::AssertionKey, time::Timestamp};
use p256::{SecretKey, elliptic_curve::sec1::ToSec1Point};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use serde_json::json;
use sha2::{Digest, Sha256};
use thiserror::Error;

/// How long an assertion is given out again, so that a page with many files costs one signature.
const REUSED: Duration = Duration::from_secs(20);

/// How many assertions are kept.
const MOST: usize = 4096;

/// The key can't be used or the system gives no random bytes. The cause is not told, because it is
/// about a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("an assertion can't be signed")]
pub struct SigningError;

/// Signs assertions.
pub struct Assertions {
    key: EcdsaKeyPair,
    random: SystemRandom,
    /// The encoded header of each assertion.
    header: String,
    key_set: String,
    issuer: String,
    recent: Mutex<HashMap<String, RecentAssertion>>,
}

struct RecentAssertion {
    identity: Identity,
    issued_at: Timestamp,
    text: String,
}

impl RecentAssertion {
    fn is_fresh(&self, now: Timestamp) -> bool {
        self.issued_at <= now && now.since(self.issued_at) < REUSED
    }
}

impl Assertions {
    /// Prepares the key. `issuer` is the public URL.
    ///
    /// # Errors
    /// When the key is not usable.
    pub fn new(key: &AssertionKey, issuer: &str) -> Result<Self, SigningError> {
        let random = SystemRandom::new();
        let secret = SecretKey::from_slice(key.expose()).map_err(|_| SigningError)?;
        let point = secret.public_key().to_sec1_point(false);
        let pair = EcdsaKeyPair::from_private_key_and_public_key(
            &ECDSA_P256_SHA256_FIXED_SIGNING,
            key.expose(),
            point.as_bytes(),
            &random,
        );
        // The uncompressed form: one byte, then both coordinates.
        let coordinates = point.as_bytes().get(1..).ok_or(SigningError)?;
        let (x, y) = coordinates.split_at_checked(32).ok_or(SigningError)?;
        let (x, y) = (BASE64URL_NOPAD.encode(x), BASE64URL_NOPAD.encode(y));
        // RFC 7638 §3: the required members, in this order, without spaces.
        let members = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        let kid = BASE64URL_NOPAD.encode(&Sha256::digest(&members));
        let header = json!({ "alg": "ES256", "typ": "JWT", "kid": kid }).to_string();
        let key_set = json!({ "keys": [{
            "kty": "EC", "crv": "P-256", "x": x, "y": y, "use": "sig", "alg": "ES256", "kid": kid,
        }] });
        Ok(Self {
            key: pair.map_err(|_| SigningError)?,
            random,
            header: BASE64URL_NOPAD.encode(header.as_bytes()),
            key_set: key_set.to_string(),
            issuer: issuer.to_owned(),
            recent: Mutex::default(),
        })
    }

    /// The public key, as JSON.
    #[must_use]
    pub fn key_set(&self) -> &str {
        &self.key_set
    }

    /// An assertion about this person, at most 20 seconds old.
    ///
    /// # Errors
    /// When it can't be signed.
    pub fn sign(&self, identity: &Identity, now: Timestamp) -> Result<String, SigningError> {
        if let Some(text) = self.recent(identity, now) {
            return Ok(text);
        }
        let claims = BASE64URL_NOPAD.encode(identity.claims(&self.issuer, now).as_bytes());
        let signed = format!("{}.{claims}", self.header);
        let signature = self.key.sign(&self.random, signed.as_bytes());
        let signature = signature.map_err(|_| SigningError)?;
        let text = format!("{signed}.{}", BASE64URL_NOPAD.encode(signature.as_ref()));
        self.keep(identity, now, &text);
        Ok(text)
    }

    fn recent(&self, identity: &Identity, now: Timestamp) -> Option<String> {
        let recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let found = recent.get(&identity.session)?;
        (found.identity == *identity && found.is_fresh(now)).then(|| found.text.clone())
    }

    fn keep(&self, identity: &Identity, now: Timestamp, text: &str) {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if recent.len() >= MOST {
            recent.retain(|_, kept| kept.is_fresh(now));
        }
        if recent.len() >= MOST {
            recent.clear();
        }
        let kept = RecentAssertion {
            identity: identity.clone(),
            issued_at: now,
            text: text.to_owned(),
        };
        recent.insert(identity.session.clone(), kept);
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        door::UserHeader,
        ids::UserId,
        secrets::vault::{MasterKey, Vault},
    };

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn assertions(byte: u8) -> Assertions {
        let vault = Vault::new(&MasterKey::from_random([byte; 4], [byte; 32]));
        Assertions::new(vault.assertion_key(), "https://panel.example.com").unwrap()
    }

    fn identity(session: &str) -> Identity {
        Identity {
            audience: "https://app.example.com".parse().unwrap(),
            user_header: UserHeader::Email,
            user: UserId::from_random([1; 16]),
            email: "ada@example.com".to_owned(),
            name: "Ada".to_owned(),
            account: None,
            role: None,
            has_mfa: true,
            session: session.to_owned(),
        }
    }

    #[test]
    fn the_same_person_gets_the_same_assertion_for_a_while() {
        let assertions = assertions(1);
        let sign = |identity: &Identity, at| assertions.sign(identity, at).unwrap();
        let person = identity("a");
        let first = sign(&person, NOW);
        let last = NOW.plus(REUSED).minus(Duration::from_millis(1));
        assert_eq!(sign(&person, last), first);
        assert_ne!(sign(&person, NOW.plus(REUSED)), first);
        assert_ne!(
            sign(&person, NOW.minus(REUSED)),
            first,
            "the clock was set back"
        );
    }

    #[test]
    fn a_change_of_the_person_is_a_new_assertion() {
        let assertions = assertions(1);
        let first = assertions.sign(&identity("a"), NOW).unwrap();
        let without = Identity {
            has_mfa: false,
            ..identity("a")
        };
        assert_ne!(assertions.sign(&without, NOW).unwrap(), first);
    }

    #[test]
    fn every_instance_has_the_same_key() {
        assert_eq!(assertions(1).key_set(), assertions(1).key_set());
        assert_ne!(assertions(1).key_set(), assertions(2).key_set());
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let assertions = assertions(1);
        for number in 0..=MOST {
            assertions
                .sign(&identity(&number.to_string()), NOW)
                .unwrap();
        }
        assert!(assertions.recent.lock().unwrap().len() <= MOST);
    }
}
