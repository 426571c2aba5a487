//! The private key that signs assertions to applications: a scalar of the curve P-256.

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

/// The order of the curve's base point (FIPS 186-5, SP 800-186). A private key lies from 1 to one
/// less.
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

/// A private key of P-256. The type has no `Debug` and no `Serialize`.
pub struct AssertionKey(Zeroizing<[u8; 32]>);

impl AssertionKey {
    /// The key that belongs to a data key. Each candidate outside the range is rejected, so that
    /// all private keys are equally likely.
    pub(crate) fn of(data_key: &[u8; 64]) -> Self {
        let hkdf = Hkdf::<Sha256>::new(None, data_key);
        let candidate = |counter: u8| {
            let mut scalar = Zeroizing::new([0; 32]);
            let info = [b"P-256 private key".as_slice(), &[counter]];
            let expanded = hkdf.expand_multi_info(&info, scalar.as_mut_slice());
            debug_assert!(expanded.is_ok(), "32 bytes are within HKDF's bound");
            scalar
        };
        let mut key = candidate(0);
        // One candidate in 2^32 is rejected, so 255 of them are never used up.
        for counter in 1..=u8::MAX {
            if is_private_key(&key) {
                break;
            }
            key = candidate(counter);
        }
        Self(key)
    }

    /// The scalar, big-endian.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

fn is_private_key(scalar: &[u8; 32]) -> bool {
    *scalar != [0; 32] && *scalar < ORDER
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_data_key_has_one_private_key_in_the_range() {
        let mut keys: Vec<[u8; 32]> = (0..=u8::MAX)
            .map(|byte| *AssertionKey::of(&[byte; 64]).expose())
            .collect();
        assert!(keys.iter().all(is_private_key));
        assert_eq!(keys[7], *AssertionKey::of(&[7; 64]).expose());
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), 256);
    }

    /// Another key would break every application that has stored the public one.
    #[test]
    fn the_derivation_stays_as_it_is() {
        let key = AssertionKey::of(&[7; 64]);
        let first = &key.expose()[..4];
        assert_eq!(first, [183, 215, 3, 118]);
    }

    #[test]
    fn the_range_ends_before_the_order_of_the_curve() {
        let mut last = ORDER;
        last[31] -= 1;
        let mut one = [0; 32];
        one[31] = 1;
        assert!(is_private_key(&last) && is_private_key(&one));
        assert!(!is_private_key(&ORDER) && !is_private_key(&[0; 32]));
        assert!(!is_private_key(&[0xff; 32]));
    }
}
