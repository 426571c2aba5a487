//! The public key of a credential as a `COSE_Key` (RFC 9052 §7), and the port that checks
//! signatures with it.

use data_encoding::HEXLOWER;
use thiserror::Error;

use super::cbor::{CborError, CborValue};

/// The labels of a `COSE_Key` (RFC 9052 §7.1, RFC 9053 §7, RFC 8230 §4).
const KEY_TYPE: i128 = 1;
const ALGORITHM: i128 = 3;
const CURVE_OR_MODULUS: i128 = -1;
const X_OR_EXPONENT: i128 = -2;
const Y: i128 = -3;

/// The canonical bytes before and between the parts of each kind of key.
const ES256_X: [u8; 10] = [0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32];
const ES256_Y: [u8; 3] = [0x22, 0x58, 32];
const ED25519_X: [u8; 10] = [0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21, 0x58, 32];
const RS256_N: [u8; 8] = [0xa4, 1, 3, 3, 0x39, 1, 0, 0x20];
const RS256_E: [u8; 5] = [0x21, 0x43, 1, 0, 1];

/// The smallest and largest RSA modulus, in bits.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=4096;
/// The only RSA exponent: 65537.
const RSA_EXPONENT: [u8; 3] = [1, 0, 1];

/// A signature algorithm that Twinlock offers to authenticators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256. Every authenticator has it.
    Es256,
    /// `EdDSA` on Ed25519.
    EdDsa,
    /// RSASSA-PKCS1-v1_5 with SHA-256, for Windows Hello on older TPMs.
    Rs256,
}

impl Algorithm {
    /// The algorithms in the order of preference.
    pub const OFFERED: [Self; 3] = [Self::Es256, Self::EdDsa, Self::Rs256];

    /// The number in the IANA registry of COSE algorithms.
    #[must_use]
    pub const fn cose(self) -> i16 {
        match self {
            Self::Es256 => -7,
            Self::EdDsa => -8,
            Self::Rs256 => -257,
        }
    }
}

/// The points of Ed25519 whose order is 8 or less, without the sign of their first coordinate, in
/// every encoding of the second. For a key of these, anyone can make signatures.
const SMALL_ORDER: [&str; 7] = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

/// A public key of one of the [`Algorithm`]s. Whether a point of P-256 is on its curve is not
/// checked here, but by [`Signatures::is_on_curve`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicKey {
    /// A point of P-256.
    Es256 {
        /// The first coordinate, big-endian.
        x: [u8; 32],
        /// The second coordinate, big-endian.
        y: [u8; 32],
    },
    /// A point of Ed25519 in its compressed form (RFC 8032 §5.1.5).
    EdDsa([u8; 32]),
    /// An RSA key with the exponent 65537.
    Rs256 {
        /// The modulus, big-endian: odd, 2048 to 4096 bits, without leading zeros.
        modulus: Vec<u8>,
    },
}

/// Why bytes are not a public key that Twinlock accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PublicKeyError {
    /// The bytes are not CBOR.
    #[error("the key is not CBOR: {0}")]
    Cbor(#[from] CborError),
    /// The key has no algorithm.
    #[error("the key has no algorithm")]
    NoAlgorithm,
    /// The key is of an algorithm that Twinlock never offers.
    #[error("the key is of an algorithm that was not offered")]
    Algorithm,
    /// A member is missing, too many, or has the wrong type or length.
    #[error("the key lacks a member or has a wrong one")]
    Members,
    /// The RSA modulus is even, has leading zeros, or has not 2048 to 4096 bits.
    #[error("the RSA modulus is not odd and of 2048 to 4096 bits")]
    RsaModulus,
    /// The RSA exponent is not 65537.
    #[error("the RSA exponent is not 65537")]
    RsaExponent,
    /// Anyone can sign for this point of Ed25519.
    #[error("the key is a point of small order")]
    SmallOrder,
}

impl PublicKey {
    /// The algorithm that the key is for.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        match self {
            Self::Es256 { .. } => Algorithm::Es256,
            Self::EdDsa(_) => Algorithm::EdDsa,
            Self::Rs256 { .. } => Algorithm::Rs256,
        }
    }

    /// Reads a key as authenticators send it and as [`Self::to_cose`] writes it. The specification
    /// allows no members but the required ones (WebAuthn §6.5.1).
    pub fn from_cose(bytes: &[u8]) -> Result<Self, PublicKeyError> {
        let map = CborValue::read(bytes)?;
        let CborValue::Map(members) = &map else {
            return Err(PublicKeyError::Members);
        };
        let number = |label| map.at_label(label).and_then(CborValue::as_integer);
        let bytes = |label| {
            let bytes = map.at_label(label).and_then(CborValue::as_bytes);
            bytes.ok_or(PublicKeyError::Members)
        };
        let has = |key_type, count| number(KEY_TYPE) == Some(key_type) && members.len() == count;
        let algorithm = number(ALGORITHM).ok_or(PublicKeyError::NoAlgorithm)?;
        let of_number = |known: &Algorithm| i128::from(known.cose()) == algorithm;
        match Algorithm::OFFERED.into_iter().find(of_number) {
            Some(Algorithm::Es256) if has(2, 5) && number(CURVE_OR_MODULUS) == Some(1) => {
                Ok(Self::Es256 {
                    x: coordinate(bytes(X_OR_EXPONENT)?)?,
                    y: coordinate(bytes(Y)?)?,
                })
            }
            Some(Algorithm::EdDsa) if has(1, 4) && number(CURVE_OR_MODULUS) == Some(6) => {
                ed25519(coordinate(bytes(X_OR_EXPONENT)?)?)
            }
            Some(Algorithm::Rs256) if has(3, 4) => {
                rsa(bytes(CURVE_OR_MODULUS)?, bytes(X_OR_EXPONENT)?)
            }
            Some(_) => Err(PublicKeyError::Members),
            None => Err(PublicKeyError::Algorithm),
        }
    }

    /// The key as it is stored: a canonical `COSE_Key`.
    #[must_use]
    pub fn to_cose(&self) -> Vec<u8> {
        match self {
            Self::Es256 { x, y } => [&ES256_X[..], x, &ES256_Y, y].concat(),
            Self::EdDsa(x) => [&ED25519_X[..], x].concat(),
            Self::Rs256 { modulus } => {
                // A modulus has at most 512 bytes.
                let length = u16::try_from(modulus.len()).unwrap_or(u16::MAX);
                let [high, low] = length.to_be_bytes();
                [&RS256_N[..], &[0x59, high, low], modulus, &RS256_E].concat()
            }
        }
    }
}

fn coordinate(bytes: &[u8]) -> Result<[u8; 32], PublicKeyError> {
    bytes.try_into().map_err(|_| PublicKeyError::Members)
}

fn ed25519(point: [u8; 32]) -> Result<PublicKey, PublicKeyError> {
    let mut without_sign = point;
    without_sign[31] &= 0x7f;
    if SMALL_ORDER.contains(&HEXLOWER.encode(&without_sign).as_str()) {
        return Err(PublicKeyError::SmallOrder);
    }
    Ok(PublicKey::EdDsa(point))
}

fn rsa(modulus: &[u8], exponent: &[u8]) -> Result<PublicKey, PublicKeyError> {
    if exponent != RSA_EXPONENT {
        return Err(PublicKeyError::RsaExponent);
    }
    let (Some(first), Some(last)) = (modulus.first(), modulus.last()) else {
        return Err(PublicKeyError::RsaModulus);
    };
    let bits = (modulus.len() * 8).saturating_sub(first.leading_zeros() as usize);
    if *first == 0 || last % 2 == 0 || !RSA_BITS.contains(&bits) {
        return Err(PublicKeyError::RsaModulus);
    }
    Ok(PublicKey::Rs256 {
        modulus: modulus.to_vec(),
    })
}

/// The signature does not fit the key and what was signed, or the key is no valid one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the signature is not that of the key")]
pub struct BadSignature;

/// The check of signatures, which the server leaves to its TLS library's cryptography.
pub trait Signatures: Send + Sync {
    /// Checks a signature: ECDSA in ASN.1 DER, Ed25519 in 64 bytes, RSA PKCS #1 v1.5.
    ///
    /// # Errors
    /// If the signature is not one of `signed` by `key`, or if the key is off its curve.
    fn verify(&self, key: &PublicKey, signed: &[u8], signature: &[u8]) -> Result<(), BadSignature>;

    /// Whether a key of P-256 is a point of the curve; true for other keys. A key that is not would
    /// never verify anything, so its user would be locked out by it.
    fn is_on_curve(&self, key: &PublicKey) -> bool;
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};
    use rstest::rstest;

    use super::*;
    use crate::webauthn::tests::cbor_writer::Item;

    fn modulus(length: usize, first: u8, last: u8) -> Vec<u8> {
        let mut bytes = vec![0x55; length];
        bytes[0] = first;
        bytes[length - 1] = last;
        bytes
    }

    fn es256() -> Vec<(i64, Item)> {
        let coordinate = || Item::Bytes(vec![9; 32]);
        vec![
            (1, Item::Integer(2)),
            (3, Item::Integer(-7)),
            (-1, Item::Integer(1)),
            (-2, coordinate()),
            (-3, coordinate()),
        ]
    }

    fn rs256(modulus: Vec<u8>, exponent: &[u8]) -> Vec<(i64, Item)> {
        vec![
            (1, Item::Integer(3)),
            (3, Item::Integer(-257)),
            (-1, Item::Bytes(modulus)),
            (-2, Item::Bytes(exponent.to_vec())),
        ]
    }

    fn read(members: Vec<(i64, Item)>) -> Result<PublicKey, PublicKeyError> {
        PublicKey::from_cose(&Item::labelled(members).written())
    }

    /// Replaces one member of a key.
    fn with(mut members: Vec<(i64, Item)>, label: i64, item: Item) -> Vec<(i64, Item)> {
        members.retain(|(known, _)| *known != label);
        members.push((label, item));
        members
    }

    #[rstest]
    #[case::key_type_of_another(1, Item::Integer(1), PublicKeyError::Members)]
    #[case::algorithm_es384(3, Item::Integer(-35), PublicKeyError::Algorithm)]
    #[case::algorithm_es256k(3, Item::Integer(-47), PublicKeyError::Algorithm)]
    #[case::algorithm_of_another(3, Item::Integer(-8), PublicKeyError::Members)]
    #[case::algorithm_in_words(3, Item::Text("ES256".to_owned()), PublicKeyError::NoAlgorithm)]
    #[case::curve_p_384(-1, Item::Integer(2), PublicKeyError::Members)]
    #[case::short_x(-2, Item::Bytes(vec![9; 31]), PublicKeyError::Members)]
    #[case::long_x(-2, Item::Bytes(vec![0; 33]), PublicKeyError::Members)]
    #[case::compressed_y(-3, Item::Bool(true), PublicKeyError::Members)]
    #[case::a_member_more(4, Item::Integer(2), PublicKeyError::Members)]
    fn an_es256_key_with_a_wrong_member_is_refused(
        #[case] label: i64,
        #[case] item: Item,
        #[case] error: PublicKeyError,
    ) {
        assert!(read(es256()).is_ok());
        assert_eq!(read(with(es256(), label, item)), Err(error));
    }

    #[rstest]
    #[case::bits_2047(modulus(256, 0x7f, 1), &RSA_EXPONENT, PublicKeyError::RsaModulus)]
    #[case::bits_1024(modulus(128, 0x80, 1), &RSA_EXPONENT, PublicKeyError::RsaModulus)]
    #[case::bits_4097(modulus(513, 0x01, 1), &RSA_EXPONENT, PublicKeyError::RsaModulus)]
    #[case::leading_zero(modulus(257, 0, 1), &RSA_EXPONENT, PublicKeyError::RsaModulus)]
    #[case::even(modulus(256, 0x80, 2), &RSA_EXPONENT, PublicKeyError::RsaModulus)]
    #[case::empty(Vec::new(), &RSA_EXPONENT, PublicKeyError::RsaModulus)]
    #[case::exponent_3(modulus(256, 0x80, 1), &[3], PublicKeyError::RsaExponent)]
    #[case::exponent_1(modulus(256, 0x80, 1), &[1], PublicKeyError::RsaExponent)]
    #[case::exponent_with_a_zero(modulus(256, 0x80, 1), &[0, 1, 0, 1], PublicKeyError::RsaExponent)]
    fn a_weak_rsa_key_is_refused(
        #[case] modulus: Vec<u8>,
        #[case] exponent: &[u8],
        #[case] error: PublicKeyError,
    ) {
        assert_eq!(read(rs256(modulus, exponent)), Err(error));
    }

    #[test]
    fn what_is_no_map_is_no_key() {
        assert_eq!(PublicKey::from_cose(&[0x80]), Err(PublicKeyError::Members));
        assert_eq!(
            PublicKey::from_cose(&[0xa0]),
            Err(PublicKeyError::NoAlgorithm)
        );
        assert_eq!(
            PublicKey::from_cose(&[]),
            Err(PublicKeyError::Cbor(CborError::Truncated))
        );
    }

    fn any_key() -> impl Strategy<Value = PublicKey> {
        let rsa = (256..=512_usize, 0x80..=0xff_u8, any::<u8>())
            .prop_map(|(length, first, last)| modulus(length, first, last | 1));
        prop_oneof![
            any::<([u8; 32], [u8; 32])>().prop_map(|(x, y)| PublicKey::Es256 { x, y }),
            any::<[u8; 32]>().prop_map(PublicKey::EdDsa),
            rsa.prop_map(|modulus| PublicKey::Rs256 { modulus }),
        ]
    }

    proptest! {
        #[test]
        fn a_stored_key_is_read_again(key in any_key()) {
            prop_assert_eq!(PublicKey::from_cose(&key.to_cose()), Ok(key));
        }

        #[test]
        fn no_key_panics(bytes in vec(any::<u8>(), 0..200)) {
            let _ = PublicKey::from_cose(&bytes);
        }
    }

    #[test]
    fn a_point_for_which_anyone_can_sign_is_no_key() {
        for hex in SMALL_ORDER {
            let mut point = HEXLOWER.decode(hex.as_bytes()).unwrap();
            for sign in [0, 0x80] {
                point[31] = point[31] & 0x7f | sign;
                let members = vec![
                    (1, Item::Integer(1)),
                    (3, Item::Integer(-8)),
                    (-1, Item::Integer(6)),
                    (-2, Item::Bytes(point.clone())),
                ];
                assert_eq!(read(members), Err(PublicKeyError::SmallOrder), "{hex}");
            }
        }
    }
}
