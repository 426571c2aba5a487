//! The actions that security events record.

use std::{fmt, str::FromStr};

use thiserror::Error;

/// The text names no action that this version knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("an action that this version does not know")]
pub struct UnknownAction;

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)+) => {
        /// What was done or attempted.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Action {
            $($(#[$doc])* $name,)+
        }

        impl Action {
            /// All actions.
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
    /// The second step, by an authenticator code, a key or a backup code.
    SecondFactor = "second_factor",
    /// A user ended their session.
    SignOut = "sign_out",
    /// The password was asked for again within a session.
    PasswordConfirmation = "password_confirmation",
    /// The password was changed by its user or set by the operator.
    PasswordChange = "password_change",
    /// The set-up of a first method was started.
    SetUpBegin = "set_up_begin",
    /// A first code, or the answer of a new key, was given to confirm the set-up.
    SetUpConfirm = "set_up_confirm",
    /// A set-up that was started was cancelled.
    SetUpCancel = "set_up_cancel",
    /// A reset of the method was started.
    ResetBegin = "reset_begin",
    /// A first code was given to confirm the reset.
    ResetConfirm = "reset_confirm",
    /// A user deleted their method.
    MethodDelete = "method_delete",
    /// The method was renamed.
    MethodRename = "method_rename",
    /// Another method was made the default.
    MethodDefault = "method_default",
    /// An authenticator or a key was tested.
    MethodTest = "method_test",
    /// The operator removed a user's method.
    MethodReset = "method_reset",
    /// A key signed rightly, but its signature counter did not rise: a copy of it may exist.
    CounterFell = "counter_fell",
    /// New backup codes were generated.
    CodesGenerate = "codes_generate",
    /// Backup codes were generated again because their page was reloaded.
    CodesRenew = "codes_renew",
    /// The new codes were confirmed as saved and became valid.
    CodesFinish = "codes_finish",
    /// The new codes were discarded.
    CodesKeep = "codes_keep",
    /// An identity verification within a session.
    StepUp = "step_up",
    /// An account's MFA rule was switched on.
    RuleOn = "rule_on",
    /// An account's MFA rule was switched off.
    RuleOff = "rule_off",
    /// An Owner removed a member's method.
    MemberReset = "member_reset",
    /// A user was added to an account.
    MemberAdd = "member_add",
    /// A user's role in an account was changed.
    MemberRole = "member_role",
    /// A user was removed from an account.
    MemberRemove = "member_remove",
    /// An account was added.
    AccountAdd = "account_add",
    /// An account was renamed.
    AccountRename = "account_rename",
    /// An account was removed.
    AccountRemove = "account_remove",
    /// A user was added.
    UserAdd = "user_add",
    /// A user was imported from another program.
    UserImport = "user_import",
    /// A user was removed.
    UserRemove = "user_remove",
    /// A user's email address was changed.
    EmailChange = "email_change",
    /// A user was disabled.
    UserDisable = "user_disable",
    /// A user was enabled again.
    UserEnable = "user_enable",
    /// A user's attempts were cleared.
    UserUnlock = "user_unlock",
    /// An invitation link was created.
    Invitation = "invitation",
    /// A password was chosen through an invitation link.
    InvitationAccept = "invitation_accept",
    /// A link to create the first Owner was created.
    FirstStartOffer = "first_start_offer",
    /// The first Owner was created.
    FirstStart = "first_start",
    /// An application was put behind Twinlock.
    ApplicationAdd = "application_add",
    /// An application's settings were changed.
    ApplicationEdit = "application_edit",
    /// An application was removed.
    ApplicationRemove = "application_remove",
    /// A person was let into an application.
    ApplicationOpen = "application_open",
    /// A person signed out of an application.
    ApplicationSignOut = "application_sign_out",
    /// The caller requested a function that they may not use, or not on this target.
    Access = "access",
    /// Old events were deleted.
    EventsDelete = "events_delete",
    /// A master key was added to the key file.
    KeyAdd = "key_add",
    /// A master key was removed from the key file.
    KeyDrop = "key_drop",
    /// Sealed data was sealed again under another key.
    KeyRotate = "key_rotate",
    /// The database was restored from a backup.
    DatabaseRestore = "database_restore",
    /// The database was copied from another location to this one.
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
    /// ASVS V16.1.1: the documentation lists every action that is recorded.
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

    /// The texts between backquotes.
    fn quoted(text: &str) -> impl Iterator<Item = &str> {
        text.split('`').skip(1).step_by(2)
    }
}
