//! Inputs and outputs of the use cases of an Identity verification within a session. The pages use
//! the same types.

use domain::{
    ids::{AccountId, MethodId, UserId},
    second_factor::step_up::{Intent, ProtectedAction},
};
use serde::{Deserialize, Serialize};

use crate::session::{Code, KeyAnswer};

/// What the page does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NextStep {
    /// The identity must be verified first.
    Verify,
    /// The action may be done at once: there is a grant.
    Granted,
}

/// What the session asks to verify for, as the page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepUpRequest {
    /// The action and its target.
    pub intent: Intent,
    /// The name of the account or member that the action concerns.
    pub about: Option<String>,
}

/// An action as a page asks for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntentRequest {
    /// The action.
    pub action: ProtectedAction,
    /// The method that it is about; none for the default one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<MethodId>,
    /// The account that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// The member whom it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<UserId>,
}

impl IntentRequest {
    /// The intent, for a user whose default method is `default`; none if a target is missing.
    #[must_use]
    pub fn resolve(self, default: Option<&MethodId>) -> Option<Intent> {
        let method = self.method.or_else(|| default.cloned());
        Some(match self.action {
            ProtectedAction::Add => Intent::Add,
            ProtectedAction::Reset => Intent::Reset { method: method? },
            ProtectedAction::Delete => Intent::Delete { method: method? },
            ProtectedAction::Generate => Intent::Generate,
            ProtectedAction::RuleOff => Intent::RuleOff {
                account: self.account?,
            },
            ProtectedAction::MemberReset => Intent::MemberReset {
                account: self.account?,
                member: self.member?,
            },
        })
    }

    /// Whether this is a request for that intent.
    #[must_use]
    pub fn is_for(&self, intent: &Intent) -> bool {
        self.clone().resolve(intent.method()).as_ref() == Some(intent)
    }
}

impl From<Intent> for IntentRequest {
    fn from(intent: Intent) -> Self {
        let action = intent.action();
        let (method, account, member) = match intent {
            Intent::Add | Intent::Generate => (None, None, None),
            Intent::Reset { method } | Intent::Delete { method } => (Some(method), None, None),
            Intent::RuleOff { account } => (None, Some(account), None),
            Intent::MemberReset { account, member } => (None, Some(account), Some(member)),
        };
        Self {
            action,
            method,
            account,
            member,
        }
    }
}

/// A code for the action that the page shows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StepUpCode {
    /// The action that the page showed, because another tab may have asked for something else
    /// since.
    #[serde(flatten)]
    pub intent: IntentRequest,
    /// The code.
    #[serde(flatten)]
    pub code: Code,
}

/// The answer of a key for the action that the page shows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StepUpKey {
    /// The action that the page showed, because another tab may have asked for something else
    /// since.
    #[serde(flatten)]
    pub intent: IntentRequest,
    /// The answer.
    #[serde(flatten)]
    pub key: KeyAnswer,
}
