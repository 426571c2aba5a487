//! The operator's commands.

use domain::{
    people::password::{Password, PasswordOwner},
    ports::{MembershipChange, MethodChange, UserStatus},
};

use super::{ModelSite, STRICT, people};
use crate::{actions::OperatorAction, events::Due};

impl ModelSite {
    pub(super) fn operate(&mut self, operator: OperatorAction) -> Option<usize> {
        let due = self.runtime.block_on(self.run_operator(operator));
        self.expect(&due, "the operator");
        match operator {
            OperatorAction::Unlock { person } => Some(person),
            OperatorAction::ResetMfa { person } => {
                self.forget_all(person, !matches!(due, Due::Nothing))
            }
            _ => None,
        }
    }

    /// Performs the command; returns the events that it has to leave.
    async fn run_operator(&self, operator: OperatorAction) -> Due {
        let (server, services) = (&self.server, &self.server.services);
        match operator {
            OperatorAction::Rule(on) => {
                let was_on = self.requires_mfa().await;
                if on {
                    server.require_mfa(STRICT).await;
                } else {
                    server.lift_rule(STRICT).await;
                }
                match on {
                    _ if on == was_on => Due::Nothing,
                    true => Due::Row("rule_on", "succeeded", None),
                    false => Due::Row("rule_off", "succeeded", None),
                }
            }
            OperatorAction::Disabled { person, disabled } => {
                let user = server.user(&people()[person]).await;
                let (action, status) = if disabled {
                    ("user_disable", UserStatus::Disabled)
                } else {
                    ("user_enable", UserStatus::Enabled)
                };
                // The last Owner who can sign in can't be disabled.
                match services.users.set_status(&user, status).await.unwrap() {
                    MembershipChange::Done => Due::Row(action, "succeeded", Some(person)),
                    _ => Due::Nothing,
                }
            }
            OperatorAction::Unlock { person } => {
                let somebody = people()[person];
                let index = services.vault.email_index(&somebody.email.parse().unwrap());
                let user = server.user(&somebody).await;
                services.attempts.unlock(&user, index).await.unwrap();
                Due::Row("user_unlock", "succeeded", Some(person))
            }
            OperatorAction::ResetMfa { person } => {
                let user = server.user(&people()[person]).await;
                match services.mfa.reset_by_operator(&user).await.unwrap() {
                    MethodChange::Done => Due::Row("method_reset", "succeeded", Some(person)),
                    MethodChange::NoMethod => Due::Nothing,
                }
            }
            OperatorAction::NewPassword { person } => {
                let somebody = people()[person];
                let password =
                    Password::choose(somebody.password, PasswordOwner::default()).unwrap();
                let hash = services.hasher.hash(password.expose()).await.unwrap();
                let user = server.user(&somebody).await;
                services.users.set_password(&user, hash).await.unwrap();
                Due::Row("password_change", "succeeded", Some(person))
            }
        }
    }
}
