//! Sign-in with email and password, then the second factor; and sign-out.

use serde_json::{Value, json};

use super::{Act, Client, Effect, Stage};
use crate::facts::Ended;

impl Client {
    pub(super) fn come(&mut self, stage: &Stage<'_>) {
        let before = self.facts().clone();
        let counted = before.with(|facts| {
            facts.wrong_passwords += 1;
            facts.note("sign_in", Ended::Refused, 1);
        });
        let is_wrong = before.wrong_passwords < 3 && self.chance.below(8) == 0;
        let (password, steps) = if is_wrong {
            ("not this one", vec![before, counted])
        } else {
            let right = counted.with(|facts| facts.wrong_passwords = 0);
            let owes = before.last_step.is_some();
            let opened = right.with(|facts| {
                facts.note("sign_in", Ended::Refused, -1);
                facts.note("sign_in", if owes { Ended::Owed } else { Ended::Done }, 1);
                facts.in_a_row = if owes { facts.in_a_row } else { 0 };
            });
            (self.person.password, vec![before, counted, right, opened])
        };
        let act = Act {
            function: "session/sign_in",
            request: json!({ "email": self.person.email, "password": password }),
            steps,
            effect: Effect::Nothing,
        };
        if let Some((answer, mut held)) = self.act_anew(stage, act) {
            if is_wrong {
                self.broken.push("a wrong password signed in".to_owned());
            }
            held.is_full = answer.json()["standing"]["standing"] != "half_signed_in";
            if held.is_full && self.app.is_some() {
                self.broken.push(format!(
                    "J4 {}: the password alone signed in",
                    self.person.email
                ));
            }
            self.held = Some(held);
        }
    }

    pub(super) fn second_factor(&mut self, stage: &Stage<'_>) {
        let is_locked = self.facts().in_a_row >= 10;
        let chosen = self.chance.below(10);
        match chosen {
            0 if self.may_be_wrong() => self.wrong_code(stage),
            1 if self.may_be_wrong() => {
                self.backup_code(stage, "AAAA-AAAA-AAAA-AAAA".to_owned(), false);
            }
            2 if self.may_be_wrong() => {
                self.same_code_again(stage, "session/verify_code", "second_factor", json!({}));
            }
            3 | 4 if !self.codes.is_empty() => self.right_backup_code(stage),
            _ if is_locked && !self.codes.is_empty() => self.right_backup_code(stage),
            _ => self.right_code(stage),
        }
    }

    fn wrong_code(&mut self, stage: &Stage<'_>) {
        let before = self.facts().clone();
        let code = self
            .app
            .as_ref()
            .map(|app| app.wrong_code(stage.clock.now()));
        let act = Act {
            function: "session/verify_code",
            request: json!({ "code": code }),
            steps: vec![before.clone(), before.counted("second_factor")],
            effect: Effect::Nothing,
        };
        if self.act(stage, act).is_some() {
            self.broken.push("a wrong code was accepted".to_owned());
        }
    }

    fn right_code(&mut self, stage: &Stage<'_>) {
        let Some((step, code)) = self.code(stage) else {
            return self.look_around(stage);
        };
        let before = self.facts().clone();
        let counted = before.counted("second_factor");
        let taken = counted
            .signed_in("second_factor")
            .with(|facts| facts.last_step = Some(step));
        let act = Act {
            function: "session/verify_code",
            request: json!({ "code": code }),
            steps: vec![before, counted, taken],
            effect: Effect::CodeTaken(step, code),
        };
        if self.act(stage, act).is_some() {
            self.is_in(false);
        }
    }

    fn right_backup_code(&mut self, stage: &Stage<'_>) {
        let code = self.chance.one(&self.codes).clone();
        self.backup_code(stage, code, true);
    }

    pub(super) fn backup_code(&mut self, stage: &Stage<'_>, code: String, is_right: bool) {
        let before = self.facts().clone();
        let counted = before.counted("second_factor");
        let mut steps = vec![before, counted.clone()];
        if is_right {
            steps.push(counted.signed_in("second_factor").with(|facts| {
                facts.codes_used += 1;
                facts.codes_left -= 1;
            }));
        }
        let act = Act {
            function: "session/verify_backup_code",
            request: json!({ "code": code }),
            steps,
            effect: if is_right {
                Effect::BackupCodeTaken(code)
            } else {
                Effect::Nothing
            },
        };
        if self.act(stage, act).is_some() {
            if !is_right {
                self.broken
                    .push("J2 a backup code that is wrong or used was accepted".to_owned());
            }
            self.is_in(true);
        }
    }

    fn is_in(&mut self, recovered: bool) {
        if let Some(held) = &mut self.held {
            held.is_full = true;
            held.recovered = recovered;
        }
    }

    pub(super) fn sign_out(&mut self, stage: &Stage<'_>) {
        let gone = self.facts().done("sign_out");
        self.simple(
            stage,
            "session/sign_out",
            Value::Null,
            gone,
            Effect::Nothing,
        );
        self.held = None;
    }
}
