//! A browser with a passkey or security key, each part of whose answers a test can change.

use data_encoding::BASE64URL_NOPAD;
use ring::{
    digest::{SHA256, digest},
    rand::{SecureRandom, SystemRandom},
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};
use serde_json::{Value, json};

/// The user was present.
pub const UP: u8 = 0x01;
/// The user was verified by PIN, fingerprint or face.
pub const UV: u8 = 0x04;
/// The key may be synced.
pub const BE: u8 = 0x08;
/// The key is synced.
pub const BS: u8 = 0x10;
/// A credential is attached.
const AT: u8 = 0x40;

/// A key of P-256 and the browser that uses it, written from WebAuthn Level 3 and independent of
/// the product's code. A new one is bound to its device, verifies its user, counts, and says what
/// is right.
pub struct SoftwareKey {
    /// The private key, in PKCS #8.
    pub document: Vec<u8>,
    /// The origin of the page.
    pub origin: String,
    /// What the client data say instead of their kind of ceremony.
    pub type_name: Option<&'static str>,
    /// Members of the client data after the origin.
    pub more_client_data: String,
    /// What the authenticator signs instead of the RP ID of the options.
    pub rp_id: Option<&'static str>,
    /// The flags of the authenticator data.
    pub flags: u8,
    /// The signature counter of the last answer.
    pub counter: u32,
    /// How much the counter rises with each signature.
    pub step: u32,
    /// The id of the credential.
    pub id: Vec<u8>,
    /// The model.
    pub aaguid: [u8; 16],
    /// The key as the attestation object holds it: a `COSE_Key`.
    pub key: Vec<u8>,
    /// The whole attestation object, if a test makes it.
    pub attestation_object: Option<Vec<u8>>,
    /// The user that the key belongs to, as the options of its creation said.
    pub user_handle: Option<String>,
    /// How browsers reach it.
    pub transports: Value,
}

impl SoftwareKey {
    /// Makes a key in a browser that shows the page of this origin.
    pub fn new(origin: &str) -> Self {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_ASN1_SIGNING;
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        let document = document.as_ref().to_vec();
        let mut id = vec![0; 32];
        random.fill(&mut id).unwrap();
        let key = {
            let pair = EcdsaKeyPair::from_pkcs8(algorithm, &document, &random).unwrap();
            let point = pair.public_key().as_ref();
            p256_key(&point[1..33], &point[33..])
        };
        Self {
            document,
            origin: origin.to_owned(),
            type_name: None,
            more_client_data: r#","crossOrigin":false"#.to_owned(),
            rp_id: None,
            flags: UP | UV,
            counter: 0,
            step: 1,
            id,
            aaguid: [0; 16],
            key,
            attestation_object: None,
            user_handle: None,
            transports: json!(["usb"]),
        }
    }

    /// Makes a key that its provider syncs and that does not count.
    pub fn synced(origin: &str) -> Self {
        Self {
            flags: UP | UV | BE | BS,
            step: 0,
            transports: json!(["internal", "hybrid"]),
            ..Self::new(origin)
        }
    }

    /// The id as JSON holds it.
    pub fn id_text(&self) -> String {
        BASE64URL_NOPAD.encode(&self.id)
    }

    /// Whether options of a request name this key.
    pub fn is_allowed_by(&self, options: &Value) -> bool {
        let allowed = read(options)["allowCredentials"].clone();
        let allowed = allowed.as_array().unwrap();
        allowed.iter().any(|key| key["id"] == self.id_text())
    }

    /// Answers `navigator.credentials.create`. `options` is what a function returned: an object
    /// with the JSON text in `options`.
    pub fn create(&mut self, options: &Value) -> Value {
        let options = read(options);
        self.user_handle = options["user"]["id"].as_str().map(str::to_owned);
        let rp_id = options["rp"]["id"].as_str().unwrap();
        let length = u16::try_from(self.id.len()).unwrap().to_be_bytes();
        let credential = [&self.aaguid[..], &length, &self.id, &self.key].concat();
        let data = self.authenticator_data(rp_id, &credential);
        let object = self.attestation_object.clone();
        let object = object.unwrap_or_else(|| attestation_object(&data));
        let response = json!({
            "clientDataJSON": self.client_data("webauthn.create", &options),
            "attestationObject": BASE64URL_NOPAD.encode(&object),
            "transports": self.transports,
        });
        self.answer(&response)
    }

    /// Answers `navigator.credentials.get`, and counts.
    pub fn sign(&mut self, options: &Value) -> Value {
        self.counter = self.counter.wrapping_add(self.step);
        let options = read(options);
        let client_data = self.client_data("webauthn.get", &options);
        let data = self.authenticator_data(options["rpId"].as_str().unwrap(), &[]);
        let client_data_bytes = BASE64URL_NOPAD.decode(client_data.as_bytes()).unwrap();
        let hash = digest(&SHA256, &client_data_bytes);
        let (random, algorithm) = (SystemRandom::new(), &ECDSA_P256_SHA256_ASN1_SIGNING);
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, &self.document, &random).unwrap();
        let signed = [&data[..], hash.as_ref()].concat();
        let signature = pair.sign(&random, &signed).unwrap();
        let response = json!({
            "clientDataJSON": client_data,
            "authenticatorData": BASE64URL_NOPAD.encode(&data),
            "signature": BASE64URL_NOPAD.encode(signature.as_ref()),
            "userHandle": self.user_handle,
        });
        self.answer(&response)
    }

    /// The request of a function that takes an answer.
    fn answer(&self, response: &Value) -> Value {
        let credential = json!({
            "id": self.id_text(),
            "rawId": self.id_text(),
            "type": "public-key",
            "response": response,
        });
        json!({ "answer": credential.to_string() })
    }

    fn client_data(&self, type_name: &str, options: &Value) -> String {
        let type_name = self.type_name.unwrap_or(type_name);
        let (challenge, origin) = (options["challenge"].as_str().unwrap(), &self.origin);
        let start = format!(r#"{{"type":"{type_name}","challenge":"{challenge}""#);
        let more = &self.more_client_data;
        let text = format!(r#"{start},"origin":"{origin}"{more}}}"#);
        BASE64URL_NOPAD.encode(text.as_bytes())
    }

    fn authenticator_data(&self, rp_id: &str, credential: &[u8]) -> Vec<u8> {
        let hash = digest(&SHA256, self.rp_id.unwrap_or(rp_id).as_bytes());
        let attached = if credential.is_empty() { 0 } else { AT };
        let counter = self.counter.to_be_bytes();
        [
            hash.as_ref(),
            &[self.flags | attached],
            &counter,
            credential,
        ]
        .concat()
    }
}

/// A `COSE_Key` of P-256.
pub fn p256_key(x: &[u8], y: &[u8]) -> Vec<u8> {
    let start = [0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32];
    [&start[..], x, &[0x22, 0x58, 32], y].concat()
}

/// Reads the JSON text in what a function returned: `options` itself, or the object around it.
fn read(answer: &Value) -> Value {
    let mut found = answer;
    while !found.is_string() {
        found = &found["options"];
    }
    serde_json::from_str(found.as_str().unwrap()).unwrap()
}

/// An attestation object without attestation, in canonical CBOR.
fn attestation_object(data: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(data.len()).unwrap().to_be_bytes();
    let length = if high == 0 {
        vec![0x58, low]
    } else {
        vec![0x59, high, low]
    };
    let start = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData";
    [&start[..], &length, data].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_answers_the_options_and_counts() {
        let mut key = SoftwareKey::new("https://panel.example.com");
        let options =
            json!({ "rp": { "id": "example.com" }, "user": { "id": "Bwc" }, "challenge": "AAAA" });
        let answer = key.create(&json!({ "options": { "options": options.to_string() } }));
        let answer: Value = serde_json::from_str(answer["answer"].as_str().unwrap()).unwrap();
        let text = answer["response"]["clientDataJSON"].as_str().unwrap();
        let text = BASE64URL_NOPAD.decode(text.as_bytes()).unwrap();
        let client_data: Value = serde_json::from_slice(&text).unwrap();
        assert_eq!(client_data["type"], "webauthn.create");
        assert_eq!(client_data["challenge"], "AAAA");
        let options = json!({ "rpId": "example.com", "challenge": "AAAA" });
        for expected in 1..3 {
            key.sign(&json!({ "options": options.to_string() }));
            assert_eq!(key.counter, expected);
        }
    }
}
