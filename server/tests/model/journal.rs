//! What an observer who knows every secret has seen of the product.

use std::collections::{BTreeMap, BTreeSet};

use domain::time::Timestamp;
use serde_json::Value;

use crate::{
    actions::{Nth, SEATS, Seat},
    site::person_of,
    support::SoftwareKey,
};

/// What proves that a method is its user's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Factor {
    /// The key of an application, in base32.
    Application(String),
    /// The index of an authenticator in [`Journal::devices`].
    Device(usize),
}

/// A method that a user should have.
#[derive(Debug, Clone)]
pub struct Method {
    pub id: String,
    pub factor: Factor,
}

/// An authenticator that made a key.
pub struct Device {
    pub key: SoftwareKey,
    /// The counter of its last accepted answer.
    pub accepted: u32,
}

/// A challenge that a browser was given.
pub struct Drawn {
    pub seat: Seat,
    /// The number of the browser's sign-in.
    pub session: u32,
    /// What it is for: `set_up`, `sign_in`, `step_up` or `test`.
    pub purpose: &'static str,
    pub options: Value,
    pub at: Timestamp,
}

/// An answer of a key.
#[derive(Clone)]
pub struct Answer {
    pub request: Value,
    pub device: usize,
    pub counter: u32,
    /// The index in [`Journal::drawn`].
    pub challenge: usize,
}

/// A code given.
#[derive(Clone)]
pub struct Given {
    /// The method that the code is said to be of.
    pub by: Option<String>,
    /// The key that it is of.
    pub key: String,
    pub code: String,
    pub step: i64,
}

/// The observer's notes.
#[derive(Default)]
pub struct Journal {
    /// Keys and steps that were accepted.
    steps: BTreeSet<(String, i64)>,
    /// Backup codes that were accepted.
    codes: BTreeSet<String>,
    /// Challenges whose answer was accepted.
    answered: BTreeSet<usize>,
    /// The methods that each user should have.
    pub methods: [Vec<Method>; 3],
    /// The default of each user.
    pub defaults: [Option<String>; 3],
    /// The deleted methods of each user.
    pub gone: [Vec<Method>; 3],
    /// Keys that are to be confirmed, by browser.
    pub pending: BTreeMap<Seat, String>,
    /// All codes that each user was ever shown, the newest first.
    pub shown: [Vec<String>; 3],
    /// The last set that each browser was shown.
    pub sets: BTreeMap<Seat, String>,
    /// Whether the browser's session has proved a second factor since its password.
    pub proved: [bool; SEATS],
    /// How often each browser has signed in.
    pub sessions: [u32; SEATS],
    /// The last code given by each browser.
    pub last: BTreeMap<Seat, Given>,
    /// Replaced tokens of each browser.
    pub former: Vec<(Seat, String)>,
    /// All authenticators that ever made a key.
    pub devices: Vec<Device>,
    /// All challenges.
    pub drawn: Vec<Drawn>,
    /// The last new key of each browser.
    pub made: BTreeMap<Seat, Answer>,
    /// The last signature of each browser.
    pub signed: BTreeMap<Seat, Answer>,
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

    /// Notes an accepted answer to a challenge, which must be its first acceptance, in the session
    /// that drew it, for what it was drawn for, and within five minutes.
    pub fn accept_challenge(
        &mut self,
        index: usize,
        seat: Seat,
        purpose: &'static str,
        now: Timestamp,
    ) {
        assert!(
            self.answered.insert(index),
            "a challenge was accepted twice"
        );
        let drawn = &self.drawn[index];
        assert_eq!(
            (drawn.seat, drawn.session, drawn.purpose),
            (seat, self.sessions[seat], purpose),
            "a challenge of another session or purpose was accepted"
        );
        assert!(now.since(drawn.at).as_secs() < 300, "an old challenge");
    }

    /// Notes an accepted signature, whose key must be a method of the user and must not be a copy.
    pub fn accept_signature(&mut self, seat: Seat, answer: &Answer) {
        let factor = Factor::Device(answer.device);
        let mut methods = self.methods[person_of(seat)].iter();
        let is_own = methods.any(|method| method.factor == factor);
        assert!(is_own, "a key that is not the user's was accepted");
        let device = &mut self.devices[answer.device];
        assert!(
            answer.counter > device.accepted || device.key.step == 0,
            "a counter that did not rise was accepted"
        );
        device.accepted = answer.counter;
    }

    /// The newest challenge of the browser, for a set-up or not.
    pub fn newest_challenge(&self, seat: Seat, is_for_set_up: bool) -> Option<usize> {
        let is_it =
            |drawn: &Drawn| drawn.seat == seat && (drawn.purpose == "set_up") == is_for_set_up;
        self.drawn.iter().rposition(is_it)
    }

    /// Any challenge ever drawn, for a set-up or not.
    pub fn old_challenge(&self, nth: Nth, is_for_set_up: bool) -> Option<usize> {
        let is_it = |index: &usize| (self.drawn[*index].purpose == "set_up") == is_for_set_up;
        choose(nth, (0..self.drawn.len()).filter(is_it))
    }

    /// One of the user's applications: its identifier and key.
    pub fn application(&self, person: usize, nth: Nth) -> Option<(String, String)> {
        choose(nth, applications(&self.methods[person]))
    }

    /// The key of a deleted application of the user.
    pub fn gone_application(&self, person: usize) -> Option<String> {
        applications(&self.gone[person]).last().map(|(_, key)| key)
    }

    /// One of the devices of the user's keys.
    pub fn device(&self, person: usize, nth: Nth) -> Option<usize> {
        let devices = self.methods[person]
            .iter()
            .filter_map(|method| match method.factor {
                Factor::Device(device) => Some(device),
                Factor::Application(_) => None,
            });
        choose(nth, devices)
    }

    /// One of all methods, those of the user first.
    pub fn method(&self, person: usize, nth: Nth) -> Option<String> {
        let others = (0..3).filter(|other| *other != person);
        let people = std::iter::once(person).chain(others);
        choose(nth, people.flat_map(|person| &self.methods[person])).map(|method| method.id.clone())
    }

    /// Whether this method is the user's.
    pub fn has(&self, person: usize, id: &str) -> bool {
        self.methods[person].iter().any(|method| method.id == id)
    }

    /// Whether the authenticator holds a key of anybody.
    pub fn is_in_use(&self, device: usize) -> bool {
        let mut methods = self.methods.iter().flatten();
        methods.any(|method| method.factor == Factor::Device(device))
    }

    /// Notes that a method is deleted.
    pub fn forget(&mut self, person: usize, id: &str) {
        let methods = &mut self.methods[person];
        let place = methods.iter().position(|method| method.id == id);
        let method = methods.remove(place.expect("a method of another user was deleted"));
        self.gone[person].push(method);
    }
}

fn applications(methods: &[Method]) -> impl Iterator<Item = (String, String)> + Clone {
    methods.iter().filter_map(|method| match &method.factor {
        Factor::Application(key) => Some((method.id.clone(), key.clone())),
        Factor::Device(_) => None,
    })
}

fn choose<T>(nth: Nth, among: impl Iterator<Item = T> + Clone) -> Option<T> {
    let count = among.clone().count();
    among.into_iter().nth(nth.checked_rem(count)?)
}
