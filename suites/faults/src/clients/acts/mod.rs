//! The acts of the scripted users, and what each does to the database, transaction by transaction.

mod account;
mod enrolment;
mod sign_in;

use serde_json::{Value, json};

use super::{
    ClientStage,
    client::{Act, Effect, ScriptedClient},
};
use crate::facts::Facts;

/// More failures would block a correct code.
const WRONG_AT_MOST: i64 = 3;

impl ScriptedClient {
    /// Performs one act that fits the user's state.
    pub fn act_once(&mut self, stage: &ClientStage<'_>) {
        let now = stage.clock.now();
        if self
            .session
            .as_ref()
            .is_some_and(|session| session.may_have_ended(now))
        {
            self.session = None;
        }
        let has_method = self.app.is_some();
        match self.session.as_ref().map(|session| session.is_full) {
            None => self.sign_in(stage),
            Some(false) => self.second_factor(stage),
            Some(true) if has_method => self.work(stage),
            Some(true) => self.enrol(stage),
        }
    }

    /// The code of the current step, unless that step is burnt.
    fn code(&self, stage: &ClientStage<'_>) -> Option<(i64, String)> {
        let step = stage.clock.step();
        let is_new = self.facts().last_step.is_none_or(|last| last < step);
        let code = self.app.as_ref()?.code_of_step(step);
        is_new.then_some((step, code))
    }

    fn may_be_wrong(&self) -> bool {
        let refused = match &self.session {
            Some(session) if session.is_full => session.refused,
            _ => self.facts().in_a_row,
        };
        refused < WRONG_AT_MOST
    }

    /// Sends the last accepted code again, if its step is still current. Only once per step: a
    /// repeated code counts once, so the effect of a further one depends on the one before
    /// (`Attempts::refuse_step`).
    fn same_code_again(
        &mut self,
        stage: &ClientStage<'_>,
        function: &'static str,
        action: &str,
        mut request: Value,
    ) {
        let Some((step, code)) = self.last_code.clone() else {
            return self.look_around(stage);
        };
        if step != stage.clock.step() || self.step_given_again == Some(step) {
            return self.look_around(stage);
        }
        self.step_given_again = Some(step);
        request["code"] = json!(code);
        let before = self.facts().clone();
        let counted = if function.starts_with("session/") {
            before.counted(action)
        } else {
            before.counted_in_session(action)
        };
        let act = Act {
            function,
            request,
            steps: vec![before, counted],
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

    fn look_around(&mut self, stage: &ClientStage<'_>) {
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
        stage: &ClientStage<'_>,
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

    /// Sends accepted codes again in the session that is still held, and checks that the session is
    /// unchanged.
    pub fn try_again(&mut self, stage: &ClientStage<'_>) {
        let now = stage.clock.now();
        let session = self.session.as_ref();
        let Some(session) = session.filter(|session| !session.may_have_ended(now)) else {
            // The session may have expired, which breaks no promise.
            self.session = None;
            return;
        };
        let (is_full, age) = (session.is_full, (now - session.opened_at) / 1000);
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
                "{promise} {}: after {age} s a session that was {expected} is {standing:?}",
                self.person.email
            ));
            self.session = None;
            return;
        }
        if self.app.is_none() || !self.may_be_wrong() {
            return;
        }
        if is_full {
            self.same_code_again(stage, "mfa/test", "method_test", json!({}));
        } else if let Some(code) = self.last_backup_code.clone() {
            self.tried_again += 1;
            self.wrong_backup_code(stage, code);
        } else {
            self.same_code_again(stage, "session/verify_code", "second_factor", json!({}));
        }
    }
}
