//! Inputs and outputs of the use cases of an Identity verification within a session. The pages use
//! the same types.

use domain::second_factor::step_up::Intent;
use serde::{Deserialize, Serialize};

use crate::session::{Code, MethodOption};

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
    /// The methods that verify the identity, the default first.
    #[serde(default)]
    pub methods: Vec<MethodOption>,
}

/// A code for the action that the page shows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StepUpCode {
    /// The action that the page showed, because another tab may have asked for something else
    /// since.
    #[serde(flatten)]
    pub intent: Intent,
    /// The code.
    #[serde(flatten)]
    pub code: Code,
}
