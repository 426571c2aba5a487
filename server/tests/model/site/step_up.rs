//! Actions that require an identity verification.

use serde_json::{Value, json};

use super::{ModelSite, person_of};
use crate::{
    actions::{CodeChoice, Kind, Nth, Purpose, Seat},
    support::max,
};

impl ModelSite {
    pub(super) fn question(&mut self, seat: Seat, purpose: Purpose) -> Option<usize> {
        let intent = self.intent(seat, purpose);
        self.call(seat, "step_up/ask", intent);
        None
    }

    pub(super) fn verify(
        &mut self,
        seat: Seat,
        purpose: Purpose,
        app: Nth,
        code: CodeChoice,
    ) -> Option<usize> {
        let given = self.code(seat, app, code);
        let mut request = self.intent(seat, purpose);
        request["code"] = json!(given.code);
        request["by"] = json!(given.by);
        let answer = self.call(seat, "step_up/verify_code", request);
        // A right code only undoes its own count, so no counter falls below what it was.
        self.note_step(seat, &answer, &given);
        None
    }

    pub(super) fn verify_backup(
        &mut self,
        seat: Seat,
        purpose: Purpose,
        index: usize,
    ) -> Option<usize> {
        let code = self.backup_code(seat, index);
        let mut request = self.intent(seat, purpose);
        request["code"] = json!(code);
        let answer = self.call(seat, "step_up/verify_backup_code", request);
        self.note_backup_code(seat, &answer, &code)
    }

    pub(super) fn carry_out(&mut self, seat: Seat, purpose: Purpose) -> Option<usize> {
        let about = self.intent(seat, purpose);
        match purpose {
            Purpose::Add(kind) => self.set_up(seat, kind, seat.is_multiple_of(2)),
            Purpose::Reset(_) => self.set_up(seat, Kind::Application, false),
            Purpose::Generate => self.codes_from(seat, "mfa/generate"),
            Purpose::Delete(method) => self.delete(seat, method),
            Purpose::RuleOff => {
                self.call(seat, "accounts/lift_rule", about);
                None
            }
            Purpose::MemberReset => {
                let is_gone = self.call(seat, "accounts/reset_member", about).is_success();
                self.forget_all(1, is_gone)
            }
        }
    }

    /// What the user asks to verify for.
    pub(super) fn intent(&self, seat: Seat, purpose: Purpose) -> Value {
        let about = |action: &str, method: Nth| {
            let method = self.journal.method(person_of(seat), method);
            json!({ "action": action, "method": method })
        };
        match purpose {
            Purpose::Add(_) => json!({ "action": "add" }),
            Purpose::Reset(method) => about("reset", method),
            Purpose::Delete(method) => about("delete", method),
            Purpose::Generate => json!({ "action": "generate" }),
            Purpose::RuleOff => json!({ "action": "rule-off", "account": self.strict }),
            Purpose::MemberReset => {
                let member = self.runtime.block_on(self.server.user(&max()));
                json!({ "action": "member-reset", "account": self.strict, "member": member })
            }
        }
    }
}
