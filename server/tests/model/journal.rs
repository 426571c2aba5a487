//! What an observer who knows every secret has seen of the product.

use std::collections::{BTreeMap, BTreeSet};

use crate::actions::{SEATS, Seat};

/// The observer's notes.
#[derive(Default)]
pub struct Journal {
    /// Keys and steps that were accepted.
    steps: BTreeSet<(String, i64)>,
    /// Backup codes that were accepted.
    codes: BTreeSet<String>,
    /// The last confirmed key of each user who should have a method.
    pub keys: [Option<String>; 3],
    /// Keys that are to be confirmed, by browser.
    pub pending: BTreeMap<Seat, String>,
    /// All codes that each user was ever shown, the newest first.
    pub shown: [Vec<String>; 3],
    /// The last set that each browser was shown.
    pub sets: BTreeMap<Seat, String>,
    /// Whether the browser's session has proved a second factor since its password.
    pub proved: [bool; SEATS],
    /// The last code given by each browser.
    pub last: BTreeMap<Seat, (String, i64)>,
    /// Replaced tokens of each browser.
    pub former: Vec<(Seat, String)>,
}

impl Journal {
    /// Notes an accepted step of a key, which must be its first acceptance.
    pub fn accept_step(&mut self, key: &str, step: i64) {
        let is_new = self.steps.insert((key.to_owned(), step));
        assert!(is_new, "step {step} was accepted twice");
    }

    /// Notes an accepted backup code, which must be its first acceptance.
    pub fn accept_code(&mut self, code: &str) {
        let is_new = self.codes.insert(code.to_owned());
        assert!(is_new, "a backup code was accepted twice");
    }
}
