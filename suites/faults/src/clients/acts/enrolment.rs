//! Acts on the authenticator and its backup codes: set up, test, rename, renew, delete.

use serde_json::{Value, json};
use testkit::{authenticator::Authenticator, people::code_list};

use super::{Act, ClientStage, Effect, ScriptedClient};

impl ScriptedClient {
    pub(super) fn enrol(&mut self, stage: &ClientStage<'_>) {
        let now = stage.clock.now();
        let is_fresh = self
            .session
            .as_ref()
            .is_some_and(|session| session.is_fresh(now));
        if !is_fresh || self.chance.below(8) == 0 {
            return self.sign_out(stage);
        }
        let begun = self.facts().done("set_up_begin");
        let Some(pending) = self.simple(stage, "mfa/set_up", Value::Null, begun, Effect::Nothing)
        else {
            self.session = None;
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
            // The next set-up of this session would show the same key, which is not a new set-up.
            self.session = None;
        }
    }

    fn confirm(&mut self, stage: &ClientStage<'_>, app: Authenticator) -> Option<Value> {
        let step = stage.clock.step();
        let code = app.code_of_step(step);
        let before = self.facts().clone();
        let counted = before.counted_in_session("set_up_confirm");
        let active = counted.taken("set_up_confirm").with(|facts| {
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

    fn finish(&mut self, stage: &ClientStage<'_>, sheet: &Value) {
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

    pub(super) fn test(&mut self, stage: &ClientStage<'_>) {
        let Some((step, code)) = self.code(stage) else {
            return self.look_around(stage);
        };
        let before = self.facts().clone();
        let counted = before.counted_in_session("method_test");
        let taken = counted
            .taken("method_test")
            .with(|facts| facts.last_step = Some(step));
        let act = Act {
            function: "mfa/test",
            request: json!({ "code": code }),
            steps: vec![before, counted, taken],
            effect: Effect::CodeTaken(step, code),
        };
        self.act(stage, act);
    }

    pub(super) fn rename(&mut self, stage: &ClientStage<'_>) {
        // A new name each time, because an unchanged name changes nothing and writes no event.
        let name = format!("Phone {}", self.chance.below(1_000_000_000));
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

    pub(super) fn new_codes(&mut self, stage: &ClientStage<'_>) {
        if !self.step_up(stage, &json!({ "action": "generate" })) {
            return;
        }
        let made = self.facts().done("codes_generate");
        if let Some(sheet) = self.simple(stage, "mfa/generate", Value::Null, made, Effect::Nothing)
        {
            self.finish(stage, &sheet);
        }
    }

    pub(super) fn delete(&mut self, stage: &ClientStage<'_>) {
        if !self.step_up(stage, &json!({ "action": "delete" })) {
            return;
        }
        let gone = self.facts().done("method_delete").with(|facts| {
            (facts.last_step, facts.name) = (None, None);
            (facts.codes_used, facts.codes_left, facts.in_a_row) = (0, 0, 0);
        });
        self.simple(stage, "mfa/delete", Value::Null, gone, Effect::Deleted);
    }
}
