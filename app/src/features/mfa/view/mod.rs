//! The pages of the wizard.

mod backup_codes;
mod new_method;
mod set_up;
mod unsaved_codes;
mod verify;

pub(crate) use backup_codes::BackupCodes;
pub(crate) use new_method::{NewMethod, has_name};
pub(crate) use set_up::SetUp;
pub(crate) use verify::VerifyMethod;

use domain::session::policy::Standing;
use leptos::prelude::*;
use usecases::session::Viewer;

use crate::{shell::shell, ui::StepIndicator, words};

/// The pages of the wizard, in order.
#[derive(Clone, Copy)]
enum SetUpStep {
    NewMethod,
    SetUp,
    Verify,
    BackupCodes,
}

/// Which pages the wizard has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum WizardPath {
    /// All pages, for a first method.
    First,
    /// Without backup codes, for a further method.
    Further,
    /// Without the choice of a method, for a reset and a forced set-up.
    Short,
}

/// The position of a page in the wizard.
#[component]
fn Steps(at: SetUpStep, path: WizardPath) -> impl IntoView {
    let skipped = usize::from(path == WizardPath::Short);
    let steps = [
        words::NEW_METHOD,
        words::SET_UP,
        "Verify",
        words::BACKUP_CODES,
    ];
    let end = steps.len() - usize::from(path == WizardPath::Further);
    let steps = steps[skipped..end].iter().map(|&name| name.to_owned());
    view! { <StepIndicator steps=steps.collect() current=at as usize + 1 - skipped /> }
}

/// Which pages the wizard has for the user. Must be called before the method is active.
fn wizard_path() -> WizardPath {
    let shell = shell();
    let viewer = untrack(|| shell.session.viewer());
    let has_mfa = viewer.as_ref().is_some_and(|viewer| viewer.has_mfa);
    let is_forced = |viewer: &Viewer| matches!(viewer.standing, Standing::SetUpOnly { .. });
    let has_choice = shell.handover.method_choice.with_value(Option::is_some);
    match (has_mfa, viewer.is_some_and(|viewer| is_forced(&viewer))) {
        (true, _) if has_choice => WizardPath::Further,
        (false, false) => WizardPath::First,
        _ => WizardPath::Short,
    }
}
