//! A browser with an authenticator, each part of whose answers a test can change.

use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair},
};
use sha2::{Digest, Sha256};

use super::cbor_writer::Item;
use crate::webauthn::{
    answers::{AuthenticationAnswer, RegistrationAnswer},
    public_key::PublicKey,
    values::Challenge,
};

pub const UP: u8 = 0x01;
pub const UV: u8 = 0x04;
pub const BE: u8 = 0x08;
pub const BS: u8 = 0x10;
const AT: u8 = 0x40;
const ED: u8 = 0x80;

/// The key that signs.
enum Pair {
    Es256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// What the browser and the authenticator say. A new one says what is right.
pub struct Device {
    pair: Pair,
    pub type_name: Option<&'static str>,
    pub origin: &'static str,
    /// Members of the client data after the origin.
    pub more_client_data: &'static str,
    pub rp_id: &'static str,
    pub flags: u8,
    pub counter: u32,
    pub id: Vec<u8>,
    /// The id that the browser names.
    pub raw_id: Vec<u8>,
    pub aaguid: [u8; 16],
    /// The key as the attestation object holds it.
    pub key: Vec<u8>,
    pub format: Item,
    pub statement: Item,
    pub extensions: Option<Item>,
    pub user_handle: Option<Vec<u8>>,
}

impl Device {
    /// A device with a key of P-256.
    pub fn es256() -> Self {
        let algorithm = &ECDSA_P256_SHA256_ASN1_SIGNING;
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).unwrap();
        let point = pair.public_key().as_ref().to_vec();
        let key = PublicKey::Es256 {
            x: point[1..33].try_into().unwrap(),
            y: point[33..].try_into().unwrap(),
        };
        Self::new(Pair::Es256(pair), &key)
    }

    /// A device with a key of Ed25519.
    pub fn ed25519() -> Self {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[5; 32]).unwrap();
        let key = PublicKey::EdDsa(pair.public_key().as_ref().try_into().unwrap());
        Self::new(Pair::Ed25519(pair), &key)
    }

    fn new(pair: Pair, key: &PublicKey) -> Self {
        Self {
            pair,
            type_name: None,
            origin: "https://panel.example.com",
            more_client_data: r#","crossOrigin":false"#,
            rp_id: "panel.example.com",
            flags: UP | UV,
            counter: 0,
            id: vec![0xc1; 32],
            raw_id: vec![0xc1; 32],
            aaguid: [0; 16],
            key: key.to_cose(),
            format: Item::Text("none".to_owned()),
            statement: Item::named([]),
            extensions: None,
            user_handle: None,
        }
    }

    fn client_data(&self, type_name: &str, challenge: &Challenge) -> Vec<u8> {
        let type_name = self.type_name.unwrap_or(type_name);
        let (challenge, origin, more) = (challenge.expose(), self.origin, self.more_client_data);
        let start = format!(r#"{{"type":"{type_name}","challenge":"{challenge}""#);
        format!(r#"{start},"origin":"{origin}"{more}}}"#).into_bytes()
    }

    fn authenticator_data(&self, credential: Option<Vec<u8>>) -> Vec<u8> {
        let extensions = self.extensions.as_ref().map(Item::written);
        let flags = self.flags
            | credential.as_ref().map_or(0, |_| AT)
            | extensions.as_ref().map_or(0, |_| ED);
        [
            &Sha256::digest(self.rp_id)[..],
            &[flags],
            &self.counter.to_be_bytes(),
            &credential.unwrap_or_default(),
            &extensions.unwrap_or_default(),
        ]
        .concat()
    }

    /// The attested credential data.
    pub fn credential(&self) -> Vec<u8> {
        let length = u16::try_from(self.id.len()).unwrap().to_be_bytes();
        [&self.aaguid[..], &length, &self.id, &self.key].concat()
    }

    /// Makes a credential.
    pub fn register(&self, challenge: &Challenge) -> RegistrationAnswer {
        self.register_with(challenge, Some(self.credential()))
    }

    /// Makes a credential with other attested credential data, or none.
    pub fn register_with(
        &self,
        challenge: &Challenge,
        credential: Option<Vec<u8>>,
    ) -> RegistrationAnswer {
        let object = Item::named([
            ("fmt", self.format.clone()),
            ("attStmt", self.statement.clone()),
            ("authData", Item::Bytes(self.authenticator_data(credential))),
        ]);
        RegistrationAnswer {
            id: self.raw_id.clone().try_into().unwrap(),
            client_data: self.client_data("webauthn.create", challenge),
            attestation_object: object.written(),
            transports: vec!["usb".to_owned()].into(),
        }
    }

    /// Signs.
    pub fn authenticate(&self, challenge: &Challenge) -> AuthenticationAnswer {
        self.authenticate_with(challenge, None)
    }

    /// Signs with attested credential data, which do not belong there.
    pub fn authenticate_with(
        &self,
        challenge: &Challenge,
        credential: Option<Vec<u8>>,
    ) -> AuthenticationAnswer {
        let client_data = self.client_data("webauthn.get", challenge);
        let authenticator_data = self.authenticator_data(credential);
        let hash = Sha256::digest(&client_data);
        let signed = [&authenticator_data[..], &hash].concat();
        let signature = match &self.pair {
            Pair::Es256(pair) => {
                let signature = pair.sign(&SystemRandom::new(), &signed).unwrap();
                signature.as_ref().to_vec()
            }
            Pair::Ed25519(pair) => pair.sign(&signed).as_ref().to_vec(),
        };
        AuthenticationAnswer {
            id: self.raw_id.clone().try_into().unwrap(),
            client_data,
            authenticator_data,
            signature,
            user_handle: self.user_handle.clone(),
        }
    }
}

/// A key on P-256's field, but not on its curve.
pub fn key_off_the_curve() -> PublicKey {
    PublicKey::Es256 {
        x: [1; 32],
        y: [1; 32],
    }
}
