//! What goes in and comes out of the use cases of an Identity verification within a session. The pages send and read the same types.

use domain::second_factor::step_up::Intent;
use serde::{Deserialize, Serialize};

use crate::secret_text::SecretText;

/// What follows from asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NextStep {
    /// The identity must be verified first.
    Verify,
    /// The sign-in by backup code stands for it: go on.
    Granted,
}

/// What the session asks, as the page names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedFor {
    /// The action and its target.
    pub intent: Intent,
    /// The name of the account or member that it is about.
    pub about: Option<String>,
}

/// A code for what the page shows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StepUpCode {
    /// What the person saw: another tab may have asked something else since.
    #[serde(flatten)]
    pub intent: Intent,
    /// As typed.
    pub code: SecretText,
}
