//! WA (`WebAuthn`): passkeys and security keys.

mod answers;
mod challenges;
mod set_ups;

use serde_json::{Value, json};

use self::{
    answers::{
        wa6_the_other_ceremony, wa7_foreign_origins, wa8_frames, wa9_another_domain, wa10_flags,
        wa11_the_key_of_somebody_else, wa12_a_foreign_handle, wa15_flipped_bits,
        wa16_counters_of_a_copy,
    },
    challenges::{
        wa1_a_challenge_twice, wa2_a_challenge_of_another_session,
        wa3_a_challenge_for_another_purpose, wa4_a_challenge_too_late,
        wa5_a_challenge_after_a_restart, wa20_ids_before_the_password, wa23_answer_after_answer,
    },
    set_ups::{
        wa13_one_key_for_two_users, wa14_keys_that_are_none, wa17_a_half_session_adds_a_key,
        wa18_a_key_in_place_of_an_application, wa19_the_last_two_methods_at_once,
        wa22_deep_and_long_answers,
    },
};
use crate::{
    attack::{Attack, AttackPlan, attack},
    harness::{HttpAnswer, HttpBrowser, Person, SoftwareKey, TestSite},
};

pub fn attacks() -> Vec<Attack> {
    vec![
        attack!(wa1_a_challenge_twice),
        attack!(wa2_a_challenge_of_another_session),
        attack!(wa3_a_challenge_for_another_purpose),
        attack!(wa4_a_challenge_too_late),
        attack!(wa5_a_challenge_after_a_restart),
        attack!(wa6_the_other_ceremony),
        attack!(wa7_foreign_origins),
        attack!(wa8_frames),
        attack!(wa9_another_domain),
        attack!(wa10_flags),
        attack!(wa11_the_key_of_somebody_else),
        attack!(wa12_a_foreign_handle),
        attack!(wa13_one_key_for_two_users),
        attack!(wa14_keys_that_are_none),
        attack!(wa15_flipped_bits),
        attack!(wa16_counters_of_a_copy),
        attack!(wa17_a_half_session_adds_a_key),
        attack!(wa18_a_key_in_place_of_an_application),
        attack!(wa19_the_last_two_methods_at_once),
        attack!(wa20_ids_before_the_password),
        attack!(
            "WA21",
            AttackPlan::Elsewhere(
                "server/tests/journeys/keys/tampering.rs",
                "wa21_a_key_slipped_into_the_database_opens_nothing",
                "it writes to the database, which no stranger can"
            )
        ),
        attack!(wa22_deep_and_long_answers),
        attack!(wa23_answer_after_answer),
        attack!(
            "WA24",
            AttackPlan::Elsewhere(
                "server/tests/journeys/keys/within_a_session.rs",
                "a_test_asks_the_one_key",
                "the journey of a test with two keys tries the wrong one"
            )
        ),
    ]
}

/// A user whose first method is a key.
struct KeyedPerson {
    person: Person,
    key: SoftwareKey,
    browser: HttpBrowser,
}

/// The origin of the site's pages.
fn origin(site: &TestSite) -> String {
    format!("http://localhost:{}", site.address.port())
}

fn choice(kind: &str) -> Value {
    json!({ "kind": kind, "name": "Key", "is_default": true })
}

/// Sends a new key for the pending set-up of a session that may.
fn set_up(browser: &mut HttpBrowser, kind: &str, key: &mut SoftwareKey) -> HttpAnswer {
    let set_up = browser.call("mfa/set_up_key", choice(kind)).expect_ok();
    browser.call("mfa/confirm_key", key.create(&set_up))
}

/// Sets a key up as the first method of a user.
fn keyed(site: &TestSite, person: &Person) -> KeyedPerson {
    let mut browser = site.signed_in(person);
    let mut key = SoftwareKey::new(&origin(site));
    let sheet = set_up(&mut browser, "passkey", &mut key).expect_ok();
    browser
        .call("mfa/finish", json!({ "set": sheet["set"] }))
        .expect_ok();
    KeyedPerson {
        person: person.clone(),
        key,
        browser,
    }
}

impl KeyedPerson {
    /// Returns a browser that still needs the second factor, with a challenge for it. Sign-ins come
    /// slowly enough for the limits.
    fn half(&self, site: &TestSite) -> (HttpBrowser, Value) {
        site.clock.advance(2);
        let mut browser = site.signed_in(&self.person);
        let options = browser.ask("session/key_challenge").expect_ok();
        (browser, options)
    }

    /// Signs in by the key.
    fn sign_in(&mut self, site: &TestSite) -> HttpBrowser {
        let (mut browser, options) = self.half(site);
        let answer = self.key.sign(&options);
        browser.call("session/verify_key", answer).expect_ok();
        browser
    }

    /// Checks that an answer, made by `make` for its own fresh challenge, opens nothing.
    fn expect_refused(
        &mut self,
        site: &TestSite,
        kind: &str,
        make: impl FnOnce(&mut SoftwareKey, &Value) -> Value,
    ) {
        let (mut browser, options) = self.half(site);
        let answer = make(&mut self.key, &options);
        browser
            .call("session/verify_key", answer)
            .expect_refused(401, kind);
        assert_eq!(browser.standing(), "half_signed_in");
    }
}

/// Changes the response of an answer.
fn altered(answer: &Value, change: impl FnOnce(&mut Value)) -> Value {
    let text = answer["answer"].as_str().unwrap();
    let mut credential: Value = serde_json::from_str(text).unwrap();
    change(&mut credential);
    json!({ "answer": credential.to_string() })
}
