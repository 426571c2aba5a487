//! What can be written down.

use std::{fmt, str::FromStr};

use thiserror::Error;

/// No action of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("an action that this version does not know")]
pub struct UnknownAction;

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)+) => {
        /// What was done or tried.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Action {
            $($(#[$doc])* $name,)+
        }

        impl Action {
            /// Every action there is.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The text as stored and exported.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }
        }
    };
}

actions! {
    /// The first step: email and password.
    SignIn = "sign_in",
    /// The second step, by whatever code.
    SecondFactor = "second_factor",
    /// A session was ended by its user.
    SignOut = "sign_out",
    /// The password was asked for again within a session.
    PasswordConfirmation = "password_confirmation",
    /// The password was changed by its owner or set by the operator.
    PasswordChange = "password_change",
    /// A first method was begun.
    SetUpBegin = "set_up_begin",
    /// A first code was given to confirm it.
    SetUpConfirm = "set_up_confirm",
    /// What was begun was dropped.
    SetUpCancel = "set_up_cancel",
    /// The method's reset was begun.
    ResetBegin = "reset_begin",
    /// A first code was given to confirm the reset.
    ResetConfirm = "reset_confirm",
    /// The method was deleted by its user.
    MethodDelete = "method_delete",
    /// The method got another name.
    MethodRename = "method_rename",
    /// The authenticator was tested.
    MethodTest = "method_test",
    /// The operator took somebody's method away.
    MethodReset = "method_reset",
    /// New backup codes were made.
    CodesGenerate = "codes_generate",
    /// Backup codes that were on the page were made anew for a page that was reloaded.
    CodesRenew = "codes_renew",
    /// The new codes are saved and valid.
    CodesFinish = "codes_finish",
    /// The new codes were discarded.
    CodesKeep = "codes_keep",
    /// An identity verification within a session.
    StepUp = "step_up",
    /// An account's MFA rule was switched on.
    RuleOn = "rule_on",
    /// An account's MFA rule was switched off.
    RuleOff = "rule_off",
    /// An Owner took a member's method away.
    MemberReset = "member_reset",
    /// Somebody was added to an account.
    MemberAdd = "member_add",
    /// Somebody's role in an account was changed.
    MemberRole = "member_role",
    /// Somebody was taken out of an account.
    MemberRemove = "member_remove",
    /// An account was added.
    AccountAdd = "account_add",
    /// An account got another name.
    AccountRename = "account_rename",
    /// An account was removed.
    AccountRemove = "account_remove",
    /// A user was added.
    UserAdd = "user_add",
    /// A user was removed.
    UserRemove = "user_remove",
    /// A user got another address.
    EmailChange = "email_change",
    /// A user was barred.
    UserDisable = "user_disable",
    /// A user was let in again.
    UserEnable = "user_enable",
    /// A user's attempts were cleared.
    UserUnlock = "user_unlock",
    /// A link to choose a password was made.
    Invitation = "invitation",
    /// A password was chosen by such a link.
    InvitationAccept = "invitation_accept",
    /// A link to make the first owner was made.
    FirstStartOffer = "first_start_offer",
    /// The first owner was made.
    FirstStart = "first_start",
    /// A function was asked for that the caller may not use, or not on this.
    Access = "access",
    /// Old events were deleted.
    EventsDelete = "events_delete",
    /// A master key was added to the key file.
    KeyAdd = "key_add",
    /// A master key was taken out of the key file.
    KeyDrop = "key_drop",
    /// What is sealed went to another key.
    KeyRotate = "key_rotate",
    /// The database was put back from a backup.
    DatabaseRestore = "database_restore",
    /// The database was copied to another place, which is this one.
    DatabaseCopy = "database_copy",
}

impl FromStr for Action {
    type Err = UnknownAction;

    fn from_str(text: &str) -> Result<Self, UnknownAction> {
        let mut all = Self::ALL.iter().copied();
        all.find(|action| action.as_str() == text)
            .ok_or(UnknownAction)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::Outcome;

    #[test]
    fn each_has_a_text_of_its_own() {
        for action in Action::ALL {
            assert_eq!(action.as_str().parse(), Ok(*action));
        }
        assert_eq!("".parse::<Action>(), Err(UnknownAction));
    }
    /// ASVS V16.1.1: what is written down is documented, action by action.
    #[test]
    fn each_is_documented() {
        let document = include_str!("../../../docs/SECURITY.md");
        let (_, section) = document.split_once("\n## Security events\n").unwrap();
        let (section, _) = section.split_once("\n## ").unwrap();
        let (table, results) = section.split_once("\nResults: ").unwrap();
        let rows = table.lines().filter(|line| line.starts_with('|'));
        let mut named: Vec<&str> = rows.flat_map(quoted).collect();
        let mut actions: Vec<&str> = Action::ALL.iter().map(|action| action.as_str()).collect();
        named.sort_unstable();
        actions.sort_unstable();
        assert_eq!(named, actions);
        let outcomes: Vec<&str> = Outcome::ALL
            .iter()
            .map(|outcome| outcome.as_str())
            .collect();
        assert_eq!(quoted(results).collect::<Vec<_>>(), outcomes);
    }

    /// What stands in backquotes.
    fn quoted(text: &str) -> impl Iterator<Item = &str> {
        text.split('`').skip(1).step_by(2)
    }
}
