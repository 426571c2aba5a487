//! Sign-in with email and password, then the second factor; and sign-out.

use serde_json::{Value, json};

use super::{Act, ClientStage, Effect, ScriptedClient};
use crate::facts::EventOutcome;

/// Whether a backup code is right.
#[derive(Clone, Copy, PartialEq, Eq)]
enum CodeValidity {
    Unused,
    WrongOrUsed,
}

/// What a complete sign-in still allows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Recovery {
    /// Nothing, after an authenticator code.
    None,
    /// One verification without a code, after a backup code.
    OneVerification,
}

impl ScriptedClient {
    pub(super) fn sign_in(&mut self, stage: &ClientStage<'_>) {
        let before = self.facts().clone();
        let counted = before.with(|facts| {
            facts.wrong_passwords += 1;
            facts.note("sign_in", EventOutcome::Refused, 1);
        });
        let is_wrong = before.wrong_passwords < 3 && self.chance.below(8) == 0;
        let (password, steps) = if is_wrong {
            ("not this one", vec![before, counted])
        } else {
            let right = counted.with(|facts| facts.wrong_passwords = 0);
            let owes = before.last_step.is_some();
            let opened = right.with(|facts| {
                facts.note("sign_in", EventOutcome::Refused, -1);
                facts.note(
                    "sign_in",
                    if owes {
                        EventOutcome::Owed
                    } else {
                        EventOutcome::Done
                    },
                    1,
                );
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
        if let Some((answer, mut session)) = self.act_anew(stage, act) {
            if is_wrong {
                self.broken.push("a wrong password signed in".to_owned());
            }
            session.is_full = answer.json()["standing"]["standing"] != "half_signed_in";
            if session.is_full && self.app.is_some() {
                self.broken.push(format!(
                    "J4 {}: the password alone signed in",
                    self.person.email
                ));
            }
            self.session = Some(session);
        }
    }

    pub(super) fn second_factor(&mut self, stage: &ClientStage<'_>) {
        let is_locked = self.facts().in_a_row >= 10;
        let chosen = self.chance.below(10);
        match chosen {
            0 if self.may_be_wrong() => self.wrong_code(stage),
            1 if self.may_be_wrong() => {
                self.wrong_backup_code(stage, "AAAA-AAAA-AAAA-AAAA".to_owned());
            }
            2 if self.may_be_wrong() => {
                self.same_code_again(stage, "session/verify_code", "second_factor", json!({}));
            }
            3 | 4 if !self.codes.is_empty() => self.right_backup_code(stage),
            _ if is_locked && !self.codes.is_empty() => self.right_backup_code(stage),
            _ => self.right_code(stage),
        }
    }

    fn wrong_code(&mut self, stage: &ClientStage<'_>) {
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

    fn right_code(&mut self, stage: &ClientStage<'_>) {
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
            self.enter(Recovery::None);
        }
    }

    fn right_backup_code(&mut self, stage: &ClientStage<'_>) {
        let code = self.chance.one(&self.codes).clone();
        self.backup_code(stage, code, CodeValidity::Unused);
    }

    /// Gives a backup code that is wrong or used.
    pub(super) fn wrong_backup_code(&mut self, stage: &ClientStage<'_>, code: String) {
        self.backup_code(stage, code, CodeValidity::WrongOrUsed);
    }

    fn backup_code(&mut self, stage: &ClientStage<'_>, code: String, validity: CodeValidity) {
        let is_right = validity == CodeValidity::Unused;
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
            self.enter(Recovery::OneVerification);
        }
    }

    fn enter(&mut self, recovery: Recovery) {
        if let Some(session) = &mut self.session {
            session.is_full = true;
            session.recovered = recovery == Recovery::OneVerification;
        }
    }

    pub(super) fn sign_out(&mut self, stage: &ClientStage<'_>) {
        let gone = self.facts().done("sign_out");
        self.simple(
            stage,
            "session/sign_out",
            Value::Null,
            gone,
            Effect::Nothing,
        );
        self.session = None;
    }
}
