//! The pages of the wizard.

mod backup_codes;
mod new_method;
mod set_up;
mod verify;

pub(crate) use backup_codes::BackupCodes;
pub(crate) use new_method::NewMethod;
pub(crate) use set_up::SetUp;
pub(crate) use verify::VerifyMethod;

use leptos::prelude::*;

use crate::ui::StepIndicator;

/// Where in the wizard a page stands, from 1.
#[component]
fn Step(number: usize) -> impl IntoView {
    let steps = ["New method", "Set up", "Verify", "Backup codes"]
        .map(str::to_owned)
        .to_vec();
    view! { <StepIndicator steps current=number /> }
}
