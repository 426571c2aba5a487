//! The hash chain of sealed events. Each seal is a keyed hash of the row and of the previous seal,
//! so that an attacker who has the database but not the key can't change, remove or move a row.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::EventRecord;

/// The seal of a row, or of the chain's ends.
pub type Seal = [u8; 32];

/// The chain's key. The type has no `Debug`.
#[derive(Clone)]
pub struct Chain(Zeroizing<[u8; 64]>);

impl Chain {
    /// The seal that precedes the first row.
    pub const START: Seal = [0; 32];

    /// Creates a chain with this key.
    #[must_use]
    pub const fn new(key: Zeroizing<[u8; 64]>) -> Self {
        Self(key)
    }

    /// Computes the seal of a row at position `seq`, after the seal `before`.
    #[must_use]
    pub fn seal(&self, before: &[u8], seq: i64, row: &EventRecord) -> Seal {
        let mut mac = self.mac(b"event");
        part(&mut mac, Some(before));
        for number in [seq, row.id, row.at.millis(), row.times] {
            part(&mut mac, Some(&number.to_be_bytes()));
        }
        for text in [&row.actor, &row.action, &row.outcome] {
            part(&mut mac, Some(text.as_bytes()));
        }
        for text in [
            &row.subject,
            &row.account,
            &row.method,
            &row.detail,
            &row.address,
            &row.browser,
        ] {
            part(&mut mac, text.as_ref().map(String::as_bytes));
        }
        part(&mut mac, row.email.as_deref());
        mac.finalize().into_bytes().into()
    }

    /// Computes the seal of both ends of the chain: the last deleted row (anchor) and the newest
    /// row (head). Without this seal, an attacker who has the database could shorten the chain at
    /// either end.
    #[must_use]
    pub fn seal_ends(&self, anchor: (i64, &[u8]), head: (i64, &[u8])) -> Seal {
        let mut mac = self.mac(b"ends");
        for (seq, seal) in [anchor, head] {
            part(&mut mac, Some(&seq.to_be_bytes()));
            part(&mut mac, Some(seal));
        }
        mac.finalize().into_bytes().into()
    }

    /// Compares seals in constant time.
    #[must_use]
    pub fn same(one: &[u8], other: &[u8]) -> bool {
        one.ct_eq(other).into()
    }

    fn mac(&self, what: &[u8]) -> Hmac<Sha256> {
        let mut mac = <Hmac<Sha256> as KeyInit>::new((&*self.0).into());
        part(&mut mac, Some(what));
        mac
    }
}

/// Adds a part with its length, and tells a missing part from an empty one, so that no two rows
/// produce the same bytes.
fn part(mac: &mut Hmac<Sha256>, bytes: Option<&[u8]>) {
    match bytes {
        None => mac.update(&[0]),
        Some(bytes) => {
            mac.update(&[1]);
            mac.update(&u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
            mac.update(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    fn row() -> EventRecord {
        EventRecord {
            id: 7,
            at: Timestamp::from_millis(1),
            actor: "nobody".to_owned(),
            subject: None,
            account: Some(String::new()),
            action: "sign_in".to_owned(),
            outcome: "failed".to_owned(),
            method: None,
            email: Some(vec![1]),
            detail: None,
            times: 1,
            address: Some("::1".to_owned()),
            browser: None,
            sealed: None,
        }
    }

    fn chain(byte: u8) -> Chain {
        Chain::new(Zeroizing::new([byte; 64]))
    }

    #[test]
    fn every_part_of_a_row_is_sealed() {
        let sealed = chain(1).seal(&Chain::START, 1, &row());
        assert_eq!(sealed, chain(1).seal(&Chain::START, 1, &row()));
        assert_ne!(sealed, chain(2).seal(&Chain::START, 1, &row()), "key");
        assert_ne!(sealed, chain(1).seal(&[1; 32], 1, &row()), "before");
        assert_ne!(sealed, chain(1).seal(&Chain::START, 2, &row()), "place");
        let some = || Some("x".to_owned());
        let changes: [fn(&mut EventRecord, Option<String>); 13] = [
            |row, _| row.id += 1,
            |row, _| row.at = Timestamp::from_millis(2),
            |row, _| row.actor.push('x'),
            |row, text| row.subject = text,
            |row, _| row.account = None,
            |row, _| row.action.push('x'),
            |row, _| row.outcome.push('x'),
            |row, text| row.method = text,
            |row, _| row.email = None,
            |row, text| row.detail = text,
            |row, _| row.times += 1,
            |row, text| row.address = text,
            |row, text| row.browser = text,
        ];
        for (number, change) in changes.into_iter().enumerate() {
            let mut other = row();
            change(&mut other, some());
            assert_ne!(
                sealed,
                chain(1).seal(&Chain::START, 1, &other),
                "change {number}"
            );
        }
    }

    #[test]
    fn text_that_moves_to_its_neighbour_is_noticed() {
        let (mut one, mut other) = (row(), row());
        (one.actor, one.action) = ("ab".to_owned(), "c".to_owned());
        (other.actor, other.action) = ("a".to_owned(), "bc".to_owned());
        assert_ne!(chain(1).seal(&[], 1, &one), chain(1).seal(&[], 1, &other));
    }
}
