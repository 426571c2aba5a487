//! Checks an assertion as an application would: by the published keys, with another library than
//! Twinlock's own reader of tokens (there is none).

use data_encoding::BASE64URL_NOPAD;
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde_json::Value;

/// The parts of an assertion whose signature is right.
pub struct Assertion {
    pub header: Value,
    pub claims: Value,
}

impl Assertion {
    /// Checks the signature by a set of keys (RFC 7517).
    pub fn check(token: &str, keys: &Value) -> Self {
        let parts: Vec<&str> = token.split('.').collect();
        let [header, claims, signature] = parts[..] else {
            panic!("no JWT: {token}");
        };
        let json = |part: &str| -> Value {
            serde_json::from_slice(&BASE64URL_NOPAD.decode(part.as_bytes()).unwrap()).unwrap()
        };
        let (header_json, claims_json) = (json(header), json(claims));
        let mut all = keys["keys"].as_array().unwrap().iter();
        let key = all.find(|key| key["kid"] == header_json["kid"]);
        let key = key.unwrap_or_else(|| panic!("{header_json} in {keys}"));
        assert_eq!((&key["kty"], &key["crv"]), (&"EC".into(), &"P-256".into()));
        let number = |name: &str| BASE64URL_NOPAD.decode(key[name].as_str().unwrap().as_bytes());
        let point = [vec![4], number("x").unwrap(), number("y").unwrap()].concat();
        let signature = BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap();
        let signed = format!("{header}.{claims}");
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
            .verify(signed.as_bytes(), &signature)
            .expect("the signature is wrong");
        Self {
            header: header_json,
            claims: claims_json,
        }
    }
}
