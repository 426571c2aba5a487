//! Passkeys and security keys: set-up, and what they sign.

use serde_json::{Value, json};

use super::{ModelSite, person_of};
use crate::{
    actions::{Kind, NewKey, Nth, Occasion, Purpose, Seat, Signer, Signing},
    journal::{Answer, Device, Drawn, Factor},
    support::SoftwareKey,
};

/// The origin of the server's pages.
const ORIGIN: &str = "http://localhost:3000";

impl Kind {
    /// The request to set up a method of this kind.
    pub fn choice(self, is_default: bool) -> Value {
        let (kind, name) = match self {
            Self::Application => (None, "Phone"),
            Self::Passkey => (Some("passkey"), "Passkey"),
            Self::SecurityKey => (Some("security_key"), "Security key"),
        };
        let mut choice = json!({ "name": name, "is_default": is_default });
        if let Some(kind) = kind {
            choice["kind"] = json!(kind);
        }
        choice
    }
}

impl Occasion {
    const fn purpose(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::StepUp(_) => "step_up",
            Self::Test(_) => "test",
        }
    }
}

impl ModelSite {
    pub(super) fn set_up_key(&mut self, seat: Seat, kind: Kind, is_default: bool) -> Option<usize> {
        self.ask_to_make(seat, kind.choice(is_default))
    }

    pub(super) fn renew_key_set_up(&mut self, seat: Seat) -> Option<usize> {
        self.ask_to_make(seat, Value::Null)
    }

    fn ask_to_make(&mut self, seat: Seat, choice: Value) -> Option<usize> {
        let answer = self.call(seat, "mfa/set_up_key", choice);
        if answer.is_success() {
            self.journal.pending.remove(&seat);
            self.note_challenge(seat, "set_up", answer.json());
        }
        None
    }

    fn note_challenge(&mut self, seat: Seat, purpose: &'static str, options: Value) {
        self.journal.drawn.push(Drawn {
            seat,
            session: self.journal.sessions[seat],
            purpose,
            options,
            at: self.server.clock.now(),
        });
    }

    pub(super) fn confirm_key(&mut self, seat: Seat, key: NewKey) -> Option<usize> {
        let answer = self.make(seat, key)?;
        let pending = self.pending(seat);
        let told = self.call(seat, "mfa/confirm_key", answer.request.clone());
        self.journal.made.insert(seat, answer.clone());
        if !told.is_success() {
            return None;
        }
        let is_new = !self.journal.is_in_use(answer.device);
        assert!(is_new, "one credential is two methods");
        let now = self.server.clock.now();
        let journal = &mut self.journal;
        journal.accept_challenge(answer.challenge, seat, "set_up", now);
        journal.proved[seat] = true;
        let device = &mut journal.devices[answer.device];
        device.accepted = answer.counter;
        device.key.user_handle = handle(&journal.drawn[answer.challenge].options);
        let factor = Factor::Device(answer.device);
        self.learn(seat, &pending.unwrap(), factor, &told.json());
        None
    }

    /// The answer of an authenticator that makes a key.
    fn make(&mut self, seat: Seat, key: NewKey) -> Option<Answer> {
        let journal = &mut self.journal;
        let challenge = match key {
            NewKey::Again => return journal.made.get(&seat).cloned(),
            NewKey::OldChallenge(nth) => journal.old_challenge(nth, true)?,
            NewKey::New | NewKey::Known(_) => journal.newest_challenge(seat, true)?,
        };
        let count = journal.devices.len();
        let device = match key {
            NewKey::Known(nth) => nth.checked_rem(count)?,
            _ => count,
        };
        if device == count {
            let key = if count % 3 == 2 {
                SoftwareKey::synced(ORIGIN)
            } else {
                SoftwareKey::new(ORIGIN)
            };
            journal.devices.push(Device { key, accepted: 0 });
        }
        let key = &mut journal.devices[device].key;
        // The key is of another user only when the server has accepted it.
        let user_handle = key.user_handle.clone();
        let request = key.create(&journal.drawn[challenge].options);
        key.user_handle = user_handle;
        Some(Answer {
            request,
            device,
            counter: key.counter,
            challenge,
        })
    }

    pub(super) fn challenge(&mut self, seat: Seat, occasion: Occasion) -> Option<usize> {
        let answer = match occasion {
            Occasion::SignIn => self.ask(seat, "session/key_challenge"),
            Occasion::StepUp(_) => self.ask(seat, "step_up/key_challenge"),
            Occasion::Test(nth) => {
                let method = self.method(seat, nth);
                let request = json!({ "method": method });
                self.call(seat, "mfa/key_challenge", request)
            }
        };
        if answer.is_success() {
            self.note_challenge(seat, occasion.purpose(), answer.json());
        }
        None
    }

    pub(super) fn sign(
        &mut self,
        seat: Seat,
        occasion: Occasion,
        signer: Signer,
        signing: Signing,
    ) -> Option<usize> {
        let answer = self.signature(seat, signer, signing)?;
        let request = answer.request.clone();
        let told = match occasion {
            Occasion::SignIn => self.call(seat, "session/verify_key", request),
            Occasion::StepUp(purpose) => self.verify_key(seat, purpose, request),
            Occasion::Test(_) => self.call(seat, "mfa/test_key", request),
        };
        self.journal.signed.insert(seat, answer.clone());
        if !told.is_success() {
            return None;
        }
        let (now, journal) = (self.server.clock.now(), &mut self.journal);
        journal.accept_challenge(answer.challenge, seat, occasion.purpose(), now);
        journal.accept_signature(seat, &answer);
        journal.proved[seat] |= !matches!(occasion, Occasion::Test(_));
        // A signature is no guess: only a complete sign-in clears the counters.
        (occasion == Occasion::SignIn).then_some(person_of(seat))
    }

    fn verify_key(
        &mut self,
        seat: Seat,
        purpose: Purpose,
        mut request: Value,
    ) -> crate::support::HttpAnswer {
        let intent = self.intent(seat, purpose);
        for (field, value) in intent.as_object().unwrap() {
            request[field] = value.clone();
        }
        self.call(seat, "step_up/verify_key", request)
    }

    /// What a key signs.
    fn signature(&mut self, seat: Seat, signer: Signer, signing: Signing) -> Option<Answer> {
        let journal = &mut self.journal;
        let challenge = match signing {
            Signing::Again => return journal.signed.get(&seat).cloned(),
            Signing::OldChallenge(nth) => journal.old_challenge(nth, false)?,
            Signing::Newest | Signing::Copied => journal.newest_challenge(seat, false)?,
        };
        let device = match signer {
            Signer::Own(nth) => journal.device(person_of(seat), nth)?,
            Signer::Any(nth) => any(nth, journal.devices.len())?,
        };
        let options = &journal.drawn[challenge].options;
        let Device { key, accepted } = &mut journal.devices[device];
        let counter = key.counter;
        if signing == Signing::Copied {
            key.counter = accepted.saturating_sub(key.step);
        }
        let request = key.sign(options);
        let of_answer = key.counter;
        key.counter = of_answer.max(counter);
        Some(Answer {
            request,
            device,
            counter: of_answer,
            challenge,
        })
    }
}

fn any(nth: Nth, count: usize) -> Option<usize> {
    nth.checked_rem(count)
}

/// The user handle in the options of a new key.
fn handle(options: &Value) -> Option<String> {
    let text = options["options"]["options"].as_str()?;
    let options: Value = serde_json::from_str(text).unwrap();
    options["user"]["id"].as_str().map(str::to_owned)
}
