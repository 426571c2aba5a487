//! Acts of a signed-in user: the account's rule, and step-ups for the actions that require one.

use serde_json::{Value, json};

use super::{Act, ClientStage, Effect, ScriptedClient};

impl ScriptedClient {
    pub(super) fn work(&mut self, stage: &ClientStage<'_>) {
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

    /// Verifies the identity for an action; returns whether the action is allowed now.
    pub(super) fn step_up(&mut self, stage: &ClientStage<'_>, intent: &Value) -> bool {
        if self.code(stage).is_none() {
            self.look_around(stage);
            return false;
        }
        let action = intent["action"].as_str().unwrap();
        let follows = matches!(action, "generate" | "reset");
        let recovered = follows
            && self
                .session
                .as_ref()
                .is_some_and(|session| session.recovered);
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
            if let Some(session) = &mut self.session {
                session.recovered = false;
            }
            return true;
        }
        // The recovery did not grant it, so the user verifies with a code.
        self.may_hold = vec![before];
        self.verify(stage, intent)
    }

    fn verify(&mut self, stage: &ClientStage<'_>, intent: &Value) -> bool {
        let Some((step, code)) = self.code(stage) else {
            return false;
        };
        let mut request = intent.clone();
        request["code"] = json!(code);
        let before = self.facts().clone();
        let counted = before.counted_in_session("step_up");
        let taken = counted
            .taken("step_up")
            .with(|facts| facts.last_step = Some(step));
        let act = Act {
            function: "step_up/verify_code",
            request,
            steps: vec![before, counted, taken],
            effect: Effect::CodeTaken(step, code),
        };
        self.act(stage, act).is_some()
    }

    fn rule_on(&mut self, stage: &ClientStage<'_>) {
        let on = self.facts().done("rule_on").with(|facts| facts.rule = true);
        let account = json!({ "account": self.names.account });
        self.simple(stage, "accounts/require_mfa", account, on, Effect::Nothing);
    }

    fn rule_off(&mut self, stage: &ClientStage<'_>) {
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
}
