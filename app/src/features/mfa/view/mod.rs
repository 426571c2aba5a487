//! The pages of the wizard.

mod backup_codes;
mod confirmation;
mod new_method;
mod set_up;
mod set_up_key;
mod unsaved_codes;
mod verify;

pub(crate) use backup_codes::BackupCodes;
pub(crate) use new_method::{NewMethod, has_name, suggest};
pub(crate) use set_up::SetUp;
pub(crate) use verify::VerifyMethod;

use domain::second_factor::methods::MethodType;
use leptos::prelude::*;
use usecases::mfa::SetUpPurpose;

use crate::{features::mfa::key_prompt::is_key, shell::shell, ui::StepIndicator, words};

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

/// The position of a page in the wizard. A key has no page for a code.
#[component]
fn Steps(at: SetUpStep, path: WizardPath, kind: MethodType) -> impl IntoView {
    let all = [
        (SetUpStep::NewMethod, words::NEW_METHOD),
        (SetUpStep::SetUp, words::SET_UP),
        (SetUpStep::Verify, "Verify"),
        (SetUpStep::BackupCodes, words::BACKUP_CODES),
    ];
    let steps = all.into_iter().filter(|(step, _)| match step {
        SetUpStep::NewMethod => path != WizardPath::Short,
        SetUpStep::SetUp => true,
        SetUpStep::Verify => !is_key(kind),
        SetUpStep::BackupCodes => path != WizardPath::Further,
    });
    let (current, steps): (Vec<_>, Vec<_>) = steps
        .map(|(step, name)| (step as usize <= at as usize, name.to_owned()))
        .unzip();
    let current = current.into_iter().filter(|&is_reached| is_reached).count();
    view! { <StepIndicator steps current /> }
}

/// Which pages the wizard has for the user. Must be called before the method is active.
fn wizard_path() -> WizardPath {
    let shell = shell();
    let pending = shell.handover.pending.get_value();
    let is_further = pending.map_or_else(
        || shell.handover.method_choice.with_value(Option::is_some),
        |pending| pending.purpose == SetUpPurpose::Further,
    );
    let session = shell.session;
    match untrack(|| (session.has_mfa(), session.is_forced())) {
        (true, _) if is_further => WizardPath::Further,
        (false, false) => WizardPath::First,
        _ => WizardPath::Short,
    }
}
