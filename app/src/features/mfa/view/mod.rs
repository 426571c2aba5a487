//! The pages of the wizard.

mod backup_codes;
mod new_method;
mod set_up;
mod unsaved_codes;
mod verify;

pub(crate) use backup_codes::BackupCodes;
pub(crate) use new_method::NewMethod;
pub(crate) use set_up::SetUp;
pub(crate) use verify::VerifyMethod;

use domain::session::policy::Standing;
use leptos::prelude::*;

use crate::{shell::shell, ui::StepIndicator, words};

/// The pages of the wizard, in order.
#[derive(Clone, Copy)]
enum SetUpStep {
    NewMethod,
    SetUp,
    Verify,
    BackupCodes,
}

/// The position of a page in the wizard. A reset and a forced set-up skip the choice of a method.
#[component]
fn Steps(at: SetUpStep, is_short: bool) -> impl IntoView {
    let skipped = usize::from(is_short);
    let steps = [
        words::NEW_METHOD,
        words::SET_UP,
        "Verify",
        words::BACKUP_CODES,
    ];
    let steps = steps[skipped..].iter().map(|&name| name.to_owned());
    view! { <StepIndicator steps=steps.collect() current=at as usize + 1 - skipped /> }
}

/// Whether the wizard skipped the choice of a method. Must be called before the method is active.
fn is_short() -> bool {
    untrack(|| {
        shell().session.viewer().is_some_and(|viewer| {
            viewer.has_mfa || matches!(viewer.standing, Standing::SetUpOnly { .. })
        })
    })
}
