//! Actions of users at the sign-in, and with their method.

use serde_json::{Value, json};

use super::{ModelSite, people, person_of};
use crate::{
    actions::{CodeChoice, Kind, Nth, Seat},
    journal::{Factor, Given},
    support::{HttpAnswer, code_list},
};

impl ModelSite {
    pub(super) fn sign_in(&mut self, seat: Seat, right: bool) -> Option<usize> {
        let person = people()[person_of(seat)];
        let password = if right {
            person.password
        } else {
            "a wrong password of theirs"
        };
        let answer = self.call(
            seat,
            "session/sign_in",
            json!({ "email": person.email, "password": password }),
        );
        if !answer.is_success() {
            return None;
        }
        self.journal.proved[seat] = false;
        self.journal.sessions[seat] += 1;
        self.journal.pending.remove(&seat);
        let is_complete = answer.json()["standing"]["standing"] != "half_signed_in";
        is_complete.then_some(person_of(seat))
    }

    pub(super) fn give_code(&mut self, seat: Seat, app: Nth, code: CodeChoice) -> Option<usize> {
        let given = self.code(seat, app, code);
        let answer = self.call(seat, "session/verify_code", given.request());
        self.note_step(seat, &answer, &given)
    }

    /// Notes a code that may have been accepted; then it is one of the user's own applications.
    pub(super) fn note_step(
        &mut self,
        seat: Seat,
        answer: &HttpAnswer,
        given: &Given,
    ) -> Option<usize> {
        if !answer.is_success() {
            return None;
        }
        let factor = Factor::Application(given.key.clone());
        let mut methods = self.journal.methods[person_of(seat)].iter();
        let is_own = methods.any(|method| method.factor == factor);
        assert!(is_own, "a code of a deleted application was accepted");
        self.journal.accept_step(&given.key, given.step);
        self.journal.proved[seat] = true;
        Some(person_of(seat))
    }

    pub(super) fn give_backup_code(&mut self, seat: Seat, index: usize) -> Option<usize> {
        let code = self.backup_code(seat, index);
        let answer = self.call(seat, "session/verify_backup_code", json!({ "code": code }));
        self.note_backup_code(seat, &answer, &code)
    }

    pub(super) fn note_backup_code(
        &mut self,
        seat: Seat,
        answer: &HttpAnswer,
        code: &str,
    ) -> Option<usize> {
        if !answer.is_success() {
            return None;
        }
        let methods = &self.journal.methods[person_of(seat)];
        assert!(!methods.is_empty(), "a code of a user without a method");
        self.journal.accept_code(code);
        self.journal.proved[seat] = true;
        Some(person_of(seat))
    }

    pub(super) fn confirm_password(&mut self, seat: Seat) -> Option<usize> {
        let password = people()[person_of(seat)].password;
        self.call(
            seat,
            "session/confirm_password",
            json!({ "password": password }),
        );
        None
    }

    pub(super) fn choose(&mut self, seat: Seat, strict: bool) -> Option<usize> {
        let account = if strict { &self.strict } else { &self.lax };
        let request = json!({ "account": account });
        self.call(seat, "session/choose_account", request);
        None
    }

    pub(super) fn set_up(&mut self, seat: Seat, kind: Kind, is_default: bool) -> Option<usize> {
        if kind != Kind::Application {
            return self.set_up_key(seat, kind, is_default);
        }
        // Without a choice, the server suggests a name.
        let choice = if is_default {
            kind.choice(true)
        } else {
            Value::Null
        };
        let answer = self.call(seat, "mfa/set_up", choice);
        if answer.is_success() {
            let key = answer.json()["key"].as_str().unwrap().to_owned();
            self.journal.pending.insert(seat, key);
        }
        None
    }

    pub(super) fn confirm(&mut self, seat: Seat, code: CodeChoice) -> Option<usize> {
        let pending = self.pending(seat);
        let key = self.journal.pending.get(&seat).cloned();
        let given = self.code_of(seat, None, key.clone(), code);
        let answer = self.call(seat, "mfa/confirm", json!({ "code": given.code }));
        if !answer.is_success() {
            return None;
        }
        let factor = Factor::Application(key.unwrap());
        self.learn(seat, &pending.unwrap(), factor, &answer.json());
        // A right code only undoes its own count, so no counter falls below what it was.
        self.note_step(seat, &answer, &given);
        None
    }

    pub(super) fn codes_from(&mut self, seat: Seat, function: &str) -> Option<usize> {
        let answer = self.ask(seat, function);
        if answer.is_success() {
            self.note_sheet(seat, &answer.json());
        }
        None
    }

    pub(super) fn note_sheet(&mut self, seat: Seat, sheet: &Value) {
        let shown = &mut self.journal.shown[person_of(seat)];
        shown.splice(0..0, code_list(sheet));
        let id = sheet["set"].as_str().unwrap().to_owned();
        self.journal.sets.insert(seat, id);
    }

    pub(super) fn finish(&mut self, seat: Seat) -> Option<usize> {
        let id = self
            .journal
            .sets
            .get(&seat)
            .cloned()
            .unwrap_or_else(|| "0".repeat(32));
        self.call(seat, "mfa/finish", json!({ "set": id }));
        None
    }

    pub(super) fn test(&mut self, seat: Seat, app: Nth, code: CodeChoice) -> Option<usize> {
        let given = self.code(seat, app, code);
        let answer = self.call(seat, "mfa/test", given.request());
        if answer.is_success() {
            self.journal.accept_step(&given.key, given.step);
        }
        None
    }
}
