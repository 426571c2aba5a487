//! Step-up: an Identity verification within a session, before an action that a stolen open session
//! must not allow (ASVS V7.5.1, V7.5.3; OWASP Transaction Authorization).
//!
//! The server stores the requested action (the [`Intent`]) before it asks for the code. The right
//! code turns the intent into a grant, and the action takes the grant in its own transaction.

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    ids::{AccountId, MethodId, UserId},
    session::reauthentication::FRESH,
    time::Timestamp,
};

/// How long a grant is valid.
pub const GRANT: Duration = FRESH;
/// How long an intent waits for its code.
pub const INTENT: Duration = Duration::from_mins(10);
/// How long a sign-in by backup code counts as the verification of one Reset or Generate.
pub const RECOVERY: Duration = Duration::from_mins(10);

/// The actions that need an Identity verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProtectedAction {
    /// Adds one more method.
    Add,
    /// Replaces the key of an authenticator by another one.
    Reset,
    /// Deletes a method; the last one with the backup codes.
    Delete,
    /// Replaces the backup codes by new ones.
    Generate,
    /// Stops requiring MFA in an account.
    RuleOff,
    /// Deletes the method of a locked-out member, who may set up a new one.
    MemberReset,
}

/// The text is not an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("no such action")]
pub struct ActionError;

/// An action and its target. A grant for one intent is not valid for another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "kebab-case", try_from = "IntentFields")]
pub enum Intent {
    /// See [`ProtectedAction::Add`].
    Add,
    /// See [`ProtectedAction::Reset`].
    Reset {
        /// The method whose key is replaced.
        method: MethodId,
    },
    /// See [`ProtectedAction::Delete`].
    Delete {
        /// The method to delete.
        method: MethodId,
    },
    /// See [`ProtectedAction::Generate`].
    Generate,
    /// See [`ProtectedAction::RuleOff`].
    RuleOff {
        /// The account whose rule is switched off.
        account: AccountId,
    },
    /// See [`ProtectedAction::MemberReset`].
    MemberReset {
        /// The account through which the Owner resets the member.
        account: AccountId,
        /// The member to reset.
        member: UserId,
    },
}

/// The form in which an intent is deserialized. For the reason see `StandingFields` in
/// [`crate::session::policy`].
#[derive(Deserialize)]
struct IntentFields {
    action: ProtectedAction,
    method: Option<MethodId>,
    account: Option<AccountId>,
    member: Option<UserId>,
}

impl TryFrom<IntentFields> for Intent {
    type Error = &'static str;

    fn try_from(fields: IntentFields) -> Result<Self, &'static str> {
        let IntentFields {
            action,
            method,
            account,
            member,
        } = fields;
        match (action, method, account, member) {
            (ProtectedAction::Add, ..) => Ok(Self::Add),
            (ProtectedAction::Reset, Some(method), ..) => Ok(Self::Reset { method }),
            (ProtectedAction::Delete, Some(method), ..) => Ok(Self::Delete { method }),
            (ProtectedAction::Generate, ..) => Ok(Self::Generate),
            (ProtectedAction::RuleOff, _, Some(account), _) => Ok(Self::RuleOff { account }),
            (ProtectedAction::MemberReset, _, Some(account), Some(member)) => {
                Ok(Self::MemberReset { account, member })
            }
            _ => Err("a method, an account or a member is missing"),
        }
    }
}

impl ProtectedAction {
    /// All actions.
    pub const ALL: [Self; 6] = [
        Self::Add,
        Self::Reset,
        Self::Delete,
        Self::Generate,
        Self::RuleOff,
        Self::MemberReset,
    ];

    /// The text in the database and in the page's URL.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Reset => "reset",
            Self::Delete => "delete",
            Self::Generate => "generate",
            Self::RuleOff => "rule-off",
            Self::MemberReset => "member-reset",
        }
    }
}

impl FromStr for ProtectedAction {
    type Err = ActionError;

    fn from_str(text: &str) -> Result<Self, ActionError> {
        Self::ALL
            .into_iter()
            .find(|action| action.as_str() == text)
            .ok_or(ActionError)
    }
}

impl fmt::Display for ProtectedAction {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl Intent {
    /// The action without its target.
    #[must_use]
    pub const fn action(&self) -> ProtectedAction {
        match self {
            Self::Add => ProtectedAction::Add,
            Self::Reset { .. } => ProtectedAction::Reset,
            Self::Delete { .. } => ProtectedAction::Delete,
            Self::Generate => ProtectedAction::Generate,
            Self::RuleOff { .. } => ProtectedAction::RuleOff,
            Self::MemberReset { .. } => ProtectedAction::MemberReset,
        }
    }

    /// The target as stored: nothing, a method, an account, or an account and a member.
    #[must_use]
    pub fn target(&self) -> String {
        match self {
            Self::Add | Self::Generate => String::new(),
            Self::Reset { method } | Self::Delete { method } => method.to_string(),
            Self::RuleOff { account } => account.to_string(),
            Self::MemberReset { account, member } => format!("{account}/{member}"),
        }
    }

    /// Parses what [`Intent::action`] and [`Intent::target`] wrote; `None` for anything else.
    #[must_use]
    pub fn stored(action: ProtectedAction, target: &str) -> Option<Self> {
        match (action, target) {
            (ProtectedAction::Add, "") => Some(Self::Add),
            (ProtectedAction::Reset, method) => Some(Self::Reset {
                method: method.parse().ok()?,
            }),
            (ProtectedAction::Delete, method) => Some(Self::Delete {
                method: method.parse().ok()?,
            }),
            (ProtectedAction::Generate, "") => Some(Self::Generate),
            (ProtectedAction::RuleOff, account) => Some(Self::RuleOff {
                account: account.parse().ok()?,
            }),
            (ProtectedAction::MemberReset, target) => {
                let (account, member) = target.split_once('/')?;
                Some(Self::MemberReset {
                    account: account.parse().ok()?,
                    member: member.parse().ok()?,
                })
            }
            _ => None,
        }
    }

    /// The method that the action is about, if it is about one.
    #[must_use]
    pub const fn method(&self) -> Option<&MethodId> {
        match self {
            Self::Reset { method } | Self::Delete { method } => Some(method),
            Self::Add | Self::Generate | Self::RuleOff { .. } | Self::MemberReset { .. } => None,
        }
    }

    /// Whether a sign-in by backup code may count as its verification, so that a user who used
    /// their last code is not stuck.
    #[must_use]
    pub const fn follows_recovery(&self) -> bool {
        matches!(self, Self::Reset { .. } | Self::Generate)
    }
}

/// Whether a code is still accepted for an intent that was requested at `asked_at`.
#[must_use]
pub fn is_asked(asked_at: Timestamp, now: Timestamp) -> bool {
    now.since(asked_at) < INTENT
}

#[cfg(test)]
mod tests {
    use super::*;

    fn intents() -> [Intent; 6] {
        let account = AccountId::from_random([1; 16]);
        let method = MethodId::from_random([3; 16]);
        [
            Intent::Add,
            Intent::Reset {
                method: method.clone(),
            },
            Intent::Delete { method },
            Intent::Generate,
            Intent::RuleOff {
                account: account.clone(),
            },
            Intent::MemberReset {
                account,
                member: UserId::from_random([2; 16]),
            },
        ]
    }

    #[test]
    fn what_is_stored_reads_back_as_it_was() {
        for intent in intents() {
            assert_eq!(
                Intent::stored(intent.action(), &intent.target()),
                Some(intent)
            );
        }
        for action in ProtectedAction::ALL {
            assert_eq!(action.as_str().parse(), Ok(action));
        }
    }

    #[test]
    fn an_intent_is_read_as_it_is_written() {
        for intent in intents() {
            let wire = serde_json::to_string(&intent).unwrap();
            assert_eq!(serde_json::from_str::<Intent>(&wire).unwrap(), intent);
        }
        let account = AccountId::from_random([1; 16]);
        for wire in [
            r#"{"action":"reset"}"#.to_owned(),
            r#"{"action":"delete","account":"1"}"#.to_owned(),
            r#"{"action":"rule-off"}"#.to_owned(),
            r#"{"action":"rule-off","account":"1"}"#.to_owned(),
            format!(r#"{{"action":"member-reset","account":"{account}"}}"#),
            r#"{"action":"other"}"#.to_owned(),
        ] {
            assert!(serde_json::from_str::<Intent>(&wire).is_err(), "{wire}");
        }
    }

    #[test]
    fn a_target_of_another_kind_is_no_intent() {
        let account = AccountId::from_random([1; 16]).to_string();
        assert_eq!(Intent::stored(ProtectedAction::Delete, ""), None);
        assert_eq!(Intent::stored(ProtectedAction::Generate, &account), None);
        assert_eq!(Intent::stored(ProtectedAction::RuleOff, ""), None);
        assert_eq!(Intent::stored(ProtectedAction::MemberReset, &account), None);
        assert_eq!("nothing".parse::<ProtectedAction>(), Err(ActionError));
    }

    #[test]
    fn recovery_stands_for_what_gets_a_person_a_second_factor_again_only() {
        let follows = intents().map(|intent| intent.follows_recovery());
        assert_eq!(follows, [false, true, false, true, false, false]);
    }
}
