//! The check of signatures of passkeys and security keys, by `ring`.

use domain::webauthn::public_key::{BadSignature, PublicKey, Signatures};
use ring::{
    agreement::{
        ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey as UnparsedAgreementKey, agree_ephemeral,
    },
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
        UnparsedPublicKey,
    },
};

/// The only RSA exponent that [`PublicKey`] holds: 65537.
const RSA_EXPONENT: [u8; 3] = [1, 0, 1];

/// Checks signatures by `ring`, which the connections to PostgreSQL stand on too.
#[derive(Debug, Clone, Copy, Default)]
pub struct RingSignatures;

impl Signatures for RingSignatures {
    fn verify(&self, key: &PublicKey, signed: &[u8], signature: &[u8]) -> Result<(), BadSignature> {
        let checked = match key {
            PublicKey::Es256 { x, y } => {
                // The uncompressed form; a point off the curve is refused.
                let point = [&[4][..], x, y].concat();
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(signed, signature)
            }
            PublicKey::EdDsa(x) => UnparsedPublicKey::new(&ED25519, x).verify(signed, signature),
            PublicKey::Rs256 { modulus } => RsaPublicKeyComponents {
                n: modulus.as_slice(),
                e: &RSA_EXPONENT[..],
            }
            .verify(&RSA_PKCS1_2048_8192_SHA256, signed, signature),
        };
        checked.map_err(|_| BadSignature)
    }

    fn is_on_curve(&self, key: &PublicKey) -> bool {
        let PublicKey::Es256 { x, y } = key else {
            return true;
        };
        // A key agreement takes points of the curve only; its result is dropped.
        let point = UnparsedAgreementKey::new(&ECDH_P256, [&[4][..], x, y].concat());
        let own = EphemeralPrivateKey::generate(&ECDH_P256, &SystemRandom::new());
        own.and_then(|own| agree_ephemeral(own, &point, |_| ()))
            .is_ok()
    }
}

#[cfg(test)]
mod tests {
    use ring::{
        rand::SystemRandom,
        signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair},
    };

    use super::*;

    #[track_caller]
    fn check(key: &PublicKey, signature: &[u8]) {
        assert_eq!(RingSignatures.verify(key, b"signed", signature), Ok(()));
        assert!(RingSignatures.verify(key, b"Signed", signature).is_err());
        let mut flipped = signature.to_vec();
        flipped[20] ^= 1;
        assert!(RingSignatures.verify(key, b"signed", &flipped).is_err());
        assert!(RingSignatures.verify(key, b"signed", &[]).is_err());
    }

    #[test]
    fn a_signature_of_p256_is_checked() {
        let (algorithm, random) = (&ECDSA_P256_SHA256_ASN1_SIGNING, SystemRandom::new());
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).unwrap();
        let point = pair.public_key().as_ref();
        let key = PublicKey::Es256 {
            x: point[1..33].try_into().unwrap(),
            y: point[33..].try_into().unwrap(),
        };
        let signature = pair.sign(&random, b"signed").unwrap();
        check(&key, signature.as_ref());
        let off_the_curve = PublicKey::Es256 {
            x: [1; 32],
            y: [1; 32],
        };
        let checked = RingSignatures.verify(&off_the_curve, b"signed", signature.as_ref());
        assert!(checked.is_err());
        assert!(RingSignatures.is_on_curve(&key));
        assert!(!RingSignatures.is_on_curve(&off_the_curve));
        let (x, y) = ([0; 32], [0; 32]);
        assert!(!RingSignatures.is_on_curve(&PublicKey::Es256 { x, y }));
    }

    #[test]
    fn a_signature_of_ed25519_is_checked() {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[5; 32]).unwrap();
        let key = PublicKey::EdDsa(pair.public_key().as_ref().try_into().unwrap());
        check(&key, pair.sign(b"signed").as_ref());
    }
}
