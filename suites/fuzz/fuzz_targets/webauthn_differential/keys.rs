//! The keys of the software authenticator. Their signatures depend only on what is signed, so that
//! an input gives the same answers each time.

use std::sync::LazyLock;

use domain::webauthn::public_key::{Algorithm, BadSignature, PublicKey, Signatures};
use p256::ecdsa::{DerSignature, SigningKey, signature::Signer};
use ring::{
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_ASN1, ED25519, Ed25519KeyPair, KeyPair, RSA_PKCS1_2048_8192_SHA256,
        RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents, UnparsedPublicKey,
    },
};

use crate::{cbor_writer::Item, choices::Choices};

static ES256: LazyLock<SigningKey> =
    LazyLock::new(|| SigningKey::from_slice(&[0x11; 32]).expect("a number below the order"));
static ED25519_PAIR: LazyLock<Ed25519KeyPair> =
    LazyLock::new(|| Ed25519KeyPair::from_seed_unchecked(&[0x22; 32]).expect("32 bytes"));
static RS256: LazyLock<RsaKeyPair> =
    LazyLock::new(|| RsaKeyPair::from_pkcs8(include_bytes!("rsa_key.der")).expect("a key"));

/// The order of P-256.
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6,
    0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

/// A point of P-384: its generator.
const P384_X: [u8; 48] = [
    0xaa, 0x87, 0xca, 0x22, 0xbe, 0x8b, 0x05, 0x37, 0x8e, 0xb1, 0xc7, 0x1e, 0xf3, 0x20, 0xad, 0x74,
    0x6e, 0x1d, 0x3b, 0x62, 0x8b, 0xa7, 0x9b, 0x98, 0x59, 0xf7, 0x41, 0xe0, 0x82, 0x54, 0x2a, 0x38,
    0x55, 0x02, 0xf2, 0x5d, 0xbf, 0x55, 0x29, 0x6c, 0x3a, 0x54, 0x5e, 0x38, 0x72, 0x76, 0x0a, 0xb7,
];
const P384_Y: [u8; 48] = [
    0x36, 0x17, 0xde, 0x4a, 0x96, 0x26, 0x2c, 0x6f, 0x5d, 0x9e, 0x98, 0xbf, 0x92, 0x92, 0xdc, 0x29,
    0xf8, 0xf4, 0x1d, 0xbd, 0x28, 0x9a, 0x14, 0x7c, 0xe9, 0xda, 0x31, 0x13, 0xb5, 0xf0, 0xb8, 0xc0,
    0x0a, 0x60, 0xb1, 0xce, 0x1d, 0x7e, 0x81, 0x9d, 0x7a, 0x43, 0x1d, 0x7c, 0x90, 0xea, 0x0e, 0x5f,
];

/// The public key of the authenticator.
pub fn public_key(algorithm: Algorithm) -> PublicKey {
    match algorithm {
        Algorithm::Es256 => {
            let point = ES256.verifying_key().to_sec1_point(false);
            let coordinate = |place: usize| point.as_bytes()[place..place + 32].try_into();
            PublicKey::Es256 {
                x: coordinate(1).expect("32 bytes"),
                y: coordinate(33).expect("32 bytes"),
            }
        }
        Algorithm::EdDsa => PublicKey::EdDsa(
            ED25519_PAIR
                .public_key()
                .as_ref()
                .try_into()
                .expect("32 bytes"),
        ),
        Algorithm::Rs256 => PublicKey::Rs256 {
            modulus: RsaPublicKeyComponents::from(RS256.public()).n,
        },
    }
}

/// The same as a `COSE_Key`.
pub fn cose_key(algorithm: Algorithm) -> Item {
    let number = Item::Integer;
    let bytes = |bytes: &[u8]| Item::Bytes(bytes.to_vec());
    match public_key(algorithm) {
        PublicKey::Es256 { x, y } => Item::labelled([
            (1, number(2)),
            (3, number(-7)),
            (-1, number(1)),
            (-2, bytes(&x)),
            (-3, bytes(&y)),
        ]),
        PublicKey::EdDsa(x) => Item::labelled([
            (1, number(1)),
            (3, number(-8)),
            (-1, number(6)),
            (-2, bytes(&x)),
        ]),
        PublicKey::Rs256 { modulus } => {
            let exponent = bytes(&[1, 0, 1]);
            Item::labelled([
                (1, number(3)),
                (3, number(-257)),
                (-1, bytes(&modulus)),
                (-2, exponent),
            ])
        }
    }
}

/// Makes a key with one thing that no authenticator of ours has.
pub fn strange_key(choices: &mut Choices<'_>) -> Item {
    let (number, bytes) = (Item::Integer, |bytes: &[u8]| Item::Bytes(bytes.to_vec()));
    if choices.bit() {
        let (mut modulus, mut exponent) = (vec![0xa5; 256], vec![1, 0, 1]);
        match choices.below(4) {
            0 => modulus.resize(choices.one_of(&[255, 257, 384, 512, 513, 128]), 0xa5),
            1 => modulus[0] = choices.one_of(&[0xff, 0x80, 0x7f, 1, 0]),
            2 => modulus[255] = choices.byte(),
            _ => {
                let exponents: [&[u8]; 6] = [
                    &[3],
                    &[0, 0, 3],
                    &[1, 0, 3],
                    &[1, 0, 0],
                    &[0, 1, 0, 1],
                    &[0, 0, 1],
                ];
                exponent = choices.one_of(&exponents).to_vec();
            }
        }
        return Item::labelled([
            (1, number(3)),
            (3, number(-257)),
            (-1, bytes(&modulus)),
            (-2, bytes(&exponent)),
        ]);
    }
    let (mut kind, mut algorithm, mut curve) = (2, -7, 1);
    let off_the_curve = choices.one_of(&[32_usize, 31, 33, 48, 66, 0]);
    let (x, y) = match (choices.below(3), public_key(Algorithm::Es256)) {
        (0, _) => (vec![5; off_the_curve], vec![6; off_the_curve]),
        (1, PublicKey::Es256 { x, y }) => {
            kind = choices.one_of(&[2, 1, 3, 4]);
            algorithm = choices.one_of(&[-7, -35, -36, -8, -257, 7]);
            (x.to_vec(), y.to_vec())
        }
        _ => {
            curve = choices.one_of(&[2, 1, 3, 6]);
            (P384_X.to_vec(), P384_Y.to_vec())
        }
    };
    Item::labelled([
        (1, number(kind)),
        (3, number(algorithm)),
        (-1, number(curve)),
        (-2, Item::Bytes(x)),
        (-3, Item::Bytes(y)),
    ])
}

pub fn sign(algorithm: Algorithm, bytes: &[u8]) -> Vec<u8> {
    match algorithm {
        Algorithm::Es256 => {
            let signature: DerSignature = ES256.sign(bytes);
            signature.as_bytes().to_vec()
        }
        Algorithm::EdDsa => ED25519_PAIR.sign(bytes).as_ref().to_vec(),
        Algorithm::Rs256 => {
            let mut signature = vec![0; RS256.public().modulus_len()];
            let signed = RS256.sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                bytes,
                &mut signature,
            );
            signed.expect("a signature");
            signature
        }
    }
}

/// Writes a signature of P-256 in another way: with the other of the two right numbers, as two
/// plain numbers, or in DER that is not quite DER.
pub fn rewrite(signature: &mut Vec<u8>, choices: &mut Choices<'_>) {
    let Ok(parsed) = p256::ecdsa::Signature::from_der(signature) else {
        return;
    };
    let plain = parsed.to_bytes();
    let (r, s) = plain.split_at(32);
    let (mut r, mut s) = (minimal(r), minimal(s));
    match choices.below(6) {
        0 => s = minimal(&order_minus(&plain[32..])),
        1 => r.insert(0, 0),
        2 => s.insert(0, 0),
        3 => std::mem::swap(&mut r, &mut s),
        4 => {
            *signature = plain.to_vec();
            return;
        }
        _ => {
            let zero = choices
                .one_of::<&[u8]>(&[&[0], &[1], &[], &[0xff]])
                .to_vec();
            r = if choices.bit() {
                zero
            } else {
                [&[0][..], &ORDER].concat()
            };
        }
    }
    let content = [&[2, r.len() as u8][..], &r, &[2, s.len() as u8], &s].concat();
    let start: &[u8] = if choices.below(4) == 3 {
        &[0x30, 0x81]
    } else {
        &[0x30]
    };
    *signature = [start, &[content.len() as u8], &content].concat();
}

/// A number as an integer of DER.
fn minimal(number: &[u8]) -> Vec<u8> {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    let number = &number[zeros.min(number.len() - 1)..];
    let sign: &[u8] = if number[0] & 0x80 == 0 { &[] } else { &[0] };
    [sign, number].concat()
}

fn order_minus(number: &[u8]) -> [u8; 32] {
    let mut rest = ORDER;
    let mut borrowed = 0;
    for place in (0..32).rev() {
        let difference = i16::from(ORDER[place]) - i16::from(number[place]) - borrowed;
        borrowed = i16::from(difference < 0);
        rest[place] = (difference & 0xff) as u8;
    }
    rest
}

/// The check of signatures by `ring`, as the server does it.
pub struct Ring;

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
