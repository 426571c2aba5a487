//! Whole ceremonies: the W3C's test vectors, a software authenticator, and attacks.

pub mod cbor_writer;

mod authentications;
mod authenticator;
mod registrations;
mod shared_rules;
mod site;
mod vectors;

use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey,
};

use super::public_key::{BadSignature, PublicKey, Signatures};

/// The check by `ring`, as the server does it.
struct Ring;

impl Signatures for Ring {
    fn verify(&self, key: &PublicKey, signed: &[u8], signature: &[u8]) -> Result<(), BadSignature> {
        let checked = match key {
            PublicKey::Es256 { x, y } => {
                let point = [&[4][..], x, y].concat();
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(signed, signature)
            }
            PublicKey::EdDsa(x) => UnparsedPublicKey::new(&ED25519, x).verify(signed, signature),
            PublicKey::Rs256 { modulus } => {
                let (n, e) = (modulus.as_slice(), &[1, 0, 1][..]);
                RsaPublicKeyComponents { n, e }.verify(
                    &RSA_PKCS1_2048_8192_SHA256,
                    signed,
                    signature,
                )
            }
        };
        checked.map_err(|_| BadSignature)
    }

    fn is_on_curve(&self, _: &PublicKey) -> bool {
        true
    }
}
