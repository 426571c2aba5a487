//! What was seen of the product, as a bystander who knows every secret would note it.

use std::collections::{BTreeMap, BTreeSet};

use crate::actions::{SEATS, Seat};

/// The notes.
#[derive(Default)]
pub struct Journal {
    /// Keys and steps that were accepted.
    steps: BTreeSet<(String, i64)>,
    /// Backup codes that were accepted.
    codes: BTreeSet<String>,
    /// Each person's key as confirmed last, if they should have a method.
    pub keys: [Option<String>; 3],
    /// Keys that are being confirmed, by browser.
    pub pending: BTreeMap<Seat, String>,
    /// All codes that each person was ever shown, the newest first.
    pub shown: [Vec<String>; 3],
    /// The set that a browser was shown last.
    pub sets: BTreeMap<Seat, String>,
    /// Whether the browser's session proved a second factor since its password.
    pub proved: [bool; SEATS],
    /// The last code given by each browser.
    pub last: BTreeMap<Seat, (String, i64)>,
    /// Tokens that a browser had and has no more.
    pub former: Vec<(Seat, String)>,
}

impl Journal {
    /// A step of a key was accepted: for the first time.
    pub fn accept_step(&mut self, key: &str, step: i64) {
        let is_new = self.steps.insert((key.to_owned(), step));
        assert!(is_new, "step {step} was accepted twice");
    }

    /// A backup code was accepted: for the first time.
    pub fn accept_code(&mut self, code: &str) {
        let is_new = self.codes.insert(code.to_owned());
        assert!(is_new, "a backup code was accepted twice");
    }
}
