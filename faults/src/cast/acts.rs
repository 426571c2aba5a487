//! What people do, and what each act does to the database, transaction by transaction.

use attack::harness::{Authenticator, code_list};
use serde_json::{Value, json};

use super::{
    Stage,
    client::{Act, Client, Effect},
};
use crate::facts::{Ended, Facts};

/// More failures than these would close the way for a right code.
const WRONG_AT_MOST: i64 = 3;

impl Client {
    /// One thing that fits where the person stands.
    pub fn turn(&mut self, stage: &Stage<'_>) {
        let now = stage.clock.now();
        if self
            .held
            .as_ref()
            .is_some_and(|held| held.may_have_ended(now))
        {
            self.held = None;
        }
        let has_method = self.app.is_some();
        match self.held.as_ref().map(|held| held.is_full) {
            None => self.come(stage),
            Some(false) => self.second_factor(stage),
            Some(true) if has_method => self.work(stage),
            Some(true) => self.enrol(stage),
        }
    }

    fn come(&mut self, stage: &Stage<'_>) {
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

    /// The code of this moment and its step, when that is not burnt yet.
    fn code(&self, stage: &Stage<'_>) -> Option<(i64, String)> {
        let step = stage.clock.step();
        let is_new = self.facts().last_step.is_none_or(|last| last < step);
        let code = self.app.as_ref()?.of_step(step);
        is_new.then_some((step, code))
    }

    fn may_be_wrong(&self) -> bool {
        self.facts().in_a_row < WRONG_AT_MOST
    }

    fn second_factor(&mut self, stage: &Stage<'_>) {
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
            .taken("second_factor", true)
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

    fn backup_code(&mut self, stage: &Stage<'_>, code: String, is_right: bool) {
        let before = self.facts().clone();
        let counted = before.counted("second_factor");
        let mut steps = vec![before, counted.clone()];
        if is_right {
            steps.push(counted.taken("second_factor", true).with(|facts| {
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

    /// Gives the last accepted code once more, where it is still this step's. Answers whether there was one to give.
    fn same_code_again(
        &mut self,
        stage: &Stage<'_>,
        function: &'static str,
        action: &str,
        mut request: Value,
    ) {
        let Some((step, code)) = self.last_code.clone() else {
            return self.look_around(stage);
        };
        if step != stage.clock.step() {
            return self.look_around(stage);
        }
        request["code"] = json!(code);
        let before = self.facts().clone();
        let act = Act {
            function,
            request,
            steps: vec![before.clone(), before.counted(action)],
            effect: Effect::Nothing,
        };
        self.tried_again += 1;
        if self.act(stage, act).is_some() {
            self.broken.push(format!(
                "J2 {}: the code of step {step} was accepted twice",
                self.person.email
            ));
        }
    }

    fn look_around(&mut self, stage: &Stage<'_>) {
        let act = Act {
            function: "session/whoami",
            request: Value::Null,
            steps: vec![self.facts().clone()],
            effect: Effect::Nothing,
        };
        self.act(stage, act);
    }

    /// An act of one transaction.
    fn simple(
        &mut self,
        stage: &Stage<'_>,
        function: &'static str,
        request: Value,
        after: Facts,
        effect: Effect,
    ) -> Option<Value> {
        let act = Act {
            function,
            request,
            steps: vec![self.facts().clone(), after],
            effect,
        };
        self.act(stage, act).map(|answer| answer.json())
    }

    fn enrol(&mut self, stage: &Stage<'_>) {
        let now = stage.clock.now();
        let is_fresh = self.held.as_ref().is_some_and(|held| held.is_fresh(now));
        if !is_fresh || self.chance.below(8) == 0 {
            return self.sign_out(stage);
        }
        let begun = self.facts().done("set_up_begin");
        let Some(pending) = self.simple(stage, "mfa/set_up", Value::Null, begun, Effect::Nothing)
        else {
            self.held = None;
            return;
        };
        let app = Authenticator::new(pending["key"].as_str().unwrap());
        if self.chance.below(4) == 0 {
            let cancelled = self.facts().done("set_up_cancel");
            self.simple(stage, "mfa/cancel", Value::Null, cancelled, Effect::Nothing);
            return;
        }
        if let Some(sheet) = self.confirm(stage, app) {
            self.finish(stage, &sheet);
        } else {
            // The next set-up of this session would show the same key, which is no new beginning.
            self.held = None;
        }
    }

    fn confirm(&mut self, stage: &Stage<'_>, app: Authenticator) -> Option<Value> {
        let step = stage.clock.step();
        let code = app.of_step(step);
        let before = self.facts().clone();
        let counted = before.counted("set_up_confirm");
        let active = counted.taken("set_up_confirm", false).with(|facts| {
            facts.last_step = Some(step);
            facts.name = Some("Authenticator application".to_owned());
            (facts.codes_used, facts.codes_left) = (0, 10);
        });
        let act = Act {
            function: "mfa/confirm",
            request: json!({ "code": code }),
            steps: vec![before, counted, active],
            effect: Effect::Enrolled(app, step, code),
        };
        let sheet = self.act(stage, act)?.json();
        self.codes = code_list(&sheet);
        Some(sheet)
    }

    fn finish(&mut self, stage: &Stage<'_>, sheet: &Value) {
        let saved = self
            .facts()
            .done("codes_finish")
            .with(|facts| (facts.codes_used, facts.codes_left) = (0, 10));
        let codes = Effect::Codes(code_list(sheet));
        self.simple(
            stage,
            "mfa/finish",
            json!({ "set": sheet["set"] }),
            saved,
            codes,
        );
    }

    fn sign_out(&mut self, stage: &Stage<'_>) {
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

    fn work(&mut self, stage: &Stage<'_>) {
        let rule = self.facts().rule;
        let chosen = self.chance.below(24);
        match chosen {
            0..2 => self.sign_out(stage),
            2..6 => self.test(stage),
            6..9 if self.may_be_wrong() => {
                self.same_code_again(stage, "mfa/test", "method_test", json!({}));
            }
            9..12 => self.rename(stage),
            12..14 => self.new_codes(stage),
            14 if !rule && self.chance.below(3) == 0 => self.delete(stage),
            16..19 if !rule => self.rule_on(stage),
            16..19 => self.rule_off(stage),
            _ => self.look_around(stage),
        }
    }

    fn test(&mut self, stage: &Stage<'_>) {
        let Some((step, code)) = self.code(stage) else {
            return self.look_around(stage);
        };
        let before = self.facts().clone();
        let counted = before.counted("method_test");
        let taken = counted
            .taken("method_test", false)
            .with(|facts| facts.last_step = Some(step));
        let act = Act {
            function: "mfa/test",
            request: json!({ "code": code }),
            steps: vec![before, counted, taken],
            effect: Effect::CodeTaken(step, code),
        };
        self.act(stage, act);
    }

    fn rename(&mut self, stage: &Stage<'_>) {
        let name = format!("Phone {}", self.chance.below(1000));
        let renamed = self
            .facts()
            .done("method_rename")
            .with(|facts| facts.name = Some(name.clone()));
        self.simple(
            stage,
            "mfa/rename",
            json!({ "name": name }),
            renamed,
            Effect::Nothing,
        );
    }

    /// Verifies the identity for an action; whether it may be done.
    fn step_up(&mut self, stage: &Stage<'_>, intent: &Value) -> bool {
        if self.code(stage).is_none() {
            self.look_around(stage);
            return false;
        }
        let action = intent["action"].as_str().unwrap();
        let follows = matches!(action, "generate" | "reset");
        let recovered = follows && self.held.as_ref().is_some_and(|held| held.recovered);
        let before = self.facts().clone();
        let after = if recovered {
            before.done("step_up")
        } else {
            before.clone()
        };
        let act = Act {
            function: "step_up/ask",
            request: intent.clone(),
            steps: if recovered {
                vec![before.clone(), after]
            } else {
                vec![before.clone()]
            },
            effect: Effect::Nothing,
        };
        let Some(answer) = self.act(stage, act) else {
            return false;
        };
        if answer.json() == "granted" {
            if let Some(held) = &mut self.held {
                held.recovered = false;
            }
            return true;
        }
        // By a code after all: what was expected of the recovery did not happen.
        self.may_hold = vec![before];
        self.verify(stage, intent)
    }

    fn verify(&mut self, stage: &Stage<'_>, intent: &Value) -> bool {
        let Some((step, code)) = self.code(stage) else {
            return false;
        };
        let mut request = intent.clone();
        request["code"] = json!(code);
        let before = self.facts().clone();
        let counted = before.counted("step_up");
        let taken = counted
            .taken("step_up", false)
            .with(|facts| facts.last_step = Some(step));
        let act = Act {
            function: "step_up/verify_code",
            request,
            steps: vec![before, counted, taken],
            effect: Effect::CodeTaken(step, code),
        };
        self.act(stage, act).is_some()
    }

    fn new_codes(&mut self, stage: &Stage<'_>) {
        if !self.step_up(stage, &json!({ "action": "generate" })) {
            return;
        }
        let made = self.facts().done("codes_generate");
        if let Some(sheet) = self.simple(stage, "mfa/generate", Value::Null, made, Effect::Nothing)
        {
            self.finish(stage, &sheet);
        }
    }

    fn delete(&mut self, stage: &Stage<'_>) {
        if !self.step_up(stage, &json!({ "action": "delete" })) {
            return;
        }
        let gone = self.facts().done("method_delete").with(|facts| {
            (facts.last_step, facts.name) = (None, None);
            (facts.codes_used, facts.codes_left, facts.in_a_row) = (0, 0, 0);
        });
        self.simple(stage, "mfa/delete", Value::Null, gone, Effect::Deleted);
    }

    fn rule_on(&mut self, stage: &Stage<'_>) {
        let on = self.facts().done("rule_on").with(|facts| facts.rule = true);
        let account = json!({ "account": self.names.account });
        self.simple(stage, "accounts/require_mfa", account, on, Effect::Nothing);
    }

    fn rule_off(&mut self, stage: &Stage<'_>) {
        let account = self.names.account.clone();
        if !self.step_up(stage, &json!({ "action": "rule-off", "account": account })) {
            return;
        }
        let off = self
            .facts()
            .done("rule_off")
            .with(|facts| facts.rule = false);
        let account = json!({ "account": account });
        self.simple(stage, "accounts/lift_rule", account, off, Effect::Nothing);
    }

    /// What was accepted before is tried again in the session that is still held, and the session must be what it was.
    pub fn try_again(&mut self, stage: &Stage<'_>) {
        let Some(is_full) = self.held.as_ref().map(|held| held.is_full) else {
            return;
        };
        let act = Act {
            function: "session/whoami",
            request: Value::Null,
            steps: vec![self.facts().clone()],
            effect: Effect::Nothing,
        };
        let standing = self.act(stage, act);
        let standing = standing.map(|answer| answer.json()["standing"]["standing"].clone());
        let expected = if is_full { "full" } else { "half_signed_in" };
        if standing
            .as_ref()
            .is_none_or(|standing| standing != expected)
        {
            let promise = if is_full { "J1" } else { "J4" };
            self.broken.push(format!(
                "{promise} {}: a session that was {expected} is {standing:?}",
                self.person.email
            ));
            self.held = None;
            return;
        }
        if self.app.is_none() || !self.may_be_wrong() {
            return;
        }
        if is_full {
            self.same_code_again(stage, "mfa/test", "method_test", json!({}));
        } else if let Some(code) = self.last_backup_code.clone() {
            self.tried_again += 1;
            self.backup_code(stage, code, false);
        } else {
            self.same_code_again(stage, "session/verify_code", "second_factor", json!({}));
        }
    }
}
