//! Actions that require an identity verification.

use serde_json::{Value, json};

use super::{ModelSite, person_of};
use crate::{
    actions::{CodeChoice, Purpose, Seat},
    support::max,
};

impl ModelSite {
    pub(super) fn question(&mut self, seat: Seat, purpose: Purpose) -> Option<usize> {
        let intent = self.intent(purpose);
        self.call(seat, "step_up/ask", intent);
        None
    }

    pub(super) fn verify(
        &mut self,
        seat: Seat,
        purpose: Purpose,
        code: CodeChoice,
    ) -> Option<usize> {
        let key = self.journal.keys[person_of(seat)].clone();
        let (code, step) = self.code(seat, key.as_deref(), code);
        let mut request = self.intent(purpose);
        request["code"] = json!(code);
        let answer = self.call(seat, "step_up/verify_code", request);
        // A right code only undoes its own count, so no counter falls below what it was.
        self.note_step(seat, &answer, key, step);
        None
    }

    pub(super) fn verify_backup(
        &mut self,
        seat: Seat,
        purpose: Purpose,
        index: usize,
    ) -> Option<usize> {
        let code = self.backup_code(seat, index);
        let mut request = self.intent(purpose);
        request["code"] = json!(code);
        let answer = self.call(seat, "step_up/verify_backup_code", request);
        self.note_backup_code(seat, &answer, &code)
    }

    pub(super) fn carry_out(&mut self, seat: Seat, purpose: Purpose) -> Option<usize> {
        let about = self.intent(purpose);
        match purpose {
            Purpose::Reset => self.set_up(seat),
            Purpose::Generate => self.codes_from(seat, "mfa/generate"),
            Purpose::Delete => {
                let is_gone = self.ask(seat, "mfa/delete").is_success();
                self.forget_method(person_of(seat), is_gone)
            }
            Purpose::RuleOff => {
                self.call(seat, "accounts/lift_rule", about);
                None
            }
            Purpose::MemberReset => {
                let is_gone = self.call(seat, "accounts/reset_member", about).is_success();
                self.forget_method(1, is_gone)
            }
        }
    }

    /// Forgets a deleted method; its counters are deleted with it.
    pub(super) fn forget_method(&mut self, person: usize, is_gone: bool) -> Option<usize> {
        if !is_gone {
            return None;
        }
        self.journal.keys[person] = None;
        Some(person)
    }

    pub(super) fn intent(&self, purpose: Purpose) -> Value {
        match purpose {
            Purpose::Reset => json!({ "action": "reset" }),
            Purpose::Delete => json!({ "action": "delete" }),
            Purpose::Generate => json!({ "action": "generate" }),
            Purpose::RuleOff => json!({ "action": "rule-off", "account": self.strict }),
            Purpose::MemberReset => {
                let member = self.runtime.block_on(self.server.user(&max()));
                json!({ "action": "member-reset", "account": self.strict, "member": member })
            }
        }
    }
}
