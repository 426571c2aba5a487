use domain::second_factor::{methods::MethodType, step_up::Intent};
use leptos::prelude::*;

use usecases::mfa::{MethodChoice, PendingMethod, PendingSetUp, SetUpPurpose};

use super::{SetUpStep, Steps, WizardPath, set_up_key::SetUpKey, wizard_path};
use crate::{
    api::mfa::{cancel, pending, set_up},
    features::{mfa::key_prompt::is_key, step_up::view::action_flow},
    routes::{AfterPassword, Page},
    shell::{Load, navigator, shell, view::app_error_alert::in_words},
    ui::{
        AlertKind, ButtonKind, CopyButton, Detail, DetailsList, Disclosure, FocusHeading,
        FormError, KeyGroups, Name, QrCode, When,
        boxed::{boxed_view, effect, memo},
        browser::keys,
        busy_button, button, item, link_button, note, paragraph, waiting_card,
    },
    wire::error::AppError,
    words,
};

pub(super) const HEADING: &str = words::MFA_METHOD_SETUP;

/// `/profile/mfa/setup`: the key for the authenticator application, or the button for a passkey or
/// security key.
#[component]
pub(crate) fn SetUp() -> impl IntoView {
    let handover = shell().handover;
    let chosen = handover.method_choice.get_value();
    if let Some(chosen) = chosen {
        set_up_of(chosen.method_type)
    } else if handover.set_up_is_open.get_value() {
        // A reset.
        set_up_of(MethodType::Application)
    } else {
        view! { <WhatWaits /> }.into_any()
    }
}

fn set_up_of(kind: MethodType) -> AnyView {
    if is_key(kind) {
        view! { <SetUpKey kind /> }.into_any()
    } else {
        view! { <Key /> }.into_any()
    }
}

/// After a reload the server knows what is being set up. A user with a method sees a set-up only
/// while one is pending, but not after Back from the end of the wizard.
#[component]
fn WhatWaits() -> impl IntoView {
    let (shell, navigator) = (shell(), navigator());
    let has_mfa = untrack(|| shell.session.has_mfa());
    let waiting = Load::now(pending);
    effect(move || {
        if has_mfa && waiting.result() == Some(Ok(None)) {
            shell.flash.keep();
            navigator.replace(&Page::Profile);
        }
    });
    boxed_view(move || {
        let content = match waiting.result() {
            Some(Ok(Some(pending))) => {
                let kind = pending.method_type;
                shell.handover.pending.set_value(Some(pending));
                return set_up_of(kind);
            }
            Some(Ok(None)) if !has_mfa => return set_up_of(MethodType::Application),
            _ => waiting.without_answer(8),
        };
        view! {
            <div class="page--narrow">
                <FocusHeading label=HEADING />
                {content}
            </div>
        }
        .into_any()
    })
}

/// Whether a refusal leads to another page.
pub(super) const fn leads_away(error: &AppError) -> bool {
    matches!(
        error,
        AppError::PasswordRequired
            | AppError::AlreadySetUp
            | AppError::NothingPending
            | AppError::VerificationRequired
    )
}

/// Creates what leads to another page after a refusal. Must be called before the set-up loads.
pub(super) fn leader() -> impl Fn(AppError) + Copy {
    let (shell, navigator, flow) = (shell(), navigator(), action_flow());
    let is_reset = shell.handover.set_up_is_open.get_value();
    let has_mfa = untrack(|| shell.session.has_mfa());
    let confirm_password = move || {
        shell
            .return_to
            .after_password
            .set(Some(AfterPassword::Open(Page::SetUp)));
        shell.flash.keep();
        navigator.replace(&Page::ConfirmPassword);
    };
    move |error| match error {
        // The pending key is still valid, but its verification has expired. Confirming the password
        // shows the key again, so the user need not scan a new one on their phone, and a user
        // without their old device needs no second backup code.
        // The verification expired while the user chose: it is asked for again.
        AppError::VerificationRequired
            if shell.handover.method_choice.with_value(Option::is_some) =>
        {
            shell.handover.pending.set_value(None);
            flow.resume(Intent::Add, None);
        }
        AppError::VerificationRequired if !is_reset && has_mfa => confirm_password(),
        AppError::PasswordRequired => confirm_password(),
        AppError::AlreadySetUp | AppError::VerificationRequired | AppError::NothingPending => {
            shell.handover.set_up_is_open.set_value(false);
            let said = match error {
                AppError::VerificationRequired if !is_reset => AppError::AlreadySetUp,
                error => error,
            };
            shell.flash.warn(words::refusal(&said));
            shell.refresh();
            navigator.replace(&Page::Profile);
        }
        _ => {}
    }
}

#[component]
fn Key() -> impl IntoView {
    let shell = shell();
    let path = wizard_path();
    let lead_away = leader();
    let choice = move || {
        let choice = shell.handover.method_choice.get_value();
        choice.map(|choice| MethodChoice {
            name: choice.name,
            is_default: choice.is_default,
        })
    };
    let load = Load::now(move || set_up(choice()));
    effect(move || match load.result() {
        Some(Err(error)) => lead_away(error),
        Some(Ok(new_key)) => begun(MethodType::Application, new_key.purpose),
        None => {}
    });
    view! {
        <div class="page--narrow">
            <Steps at=SetUpStep::SetUp path kind=MethodType::Application />
            <FocusHeading label=HEADING />
            <Demanded />
            {boxed_view(move || match load.result() {
                Some(Ok(new_key)) => view! { <Instructions new_key /> }.into_any(),
                Some(Err(error)) if leads_away(&error) => waiting_card(8),
                _ => load.without_answer(8),
            })}
            {other_method(path)}
        </div>
    }
}

/// Notes that the server has stored a set-up, which has taken the verification.
pub(super) fn begun(method_type: MethodType, purpose: SetUpPurpose) {
    let handover = shell().handover;
    let (name, is_default) = match (
        handover.method_choice.get_value(),
        handover.pending.get_value(),
    ) {
        (Some(choice), _) => (choice.name, choice.is_default),
        (None, Some(pending)) => (pending.name, pending.is_default),
        // A reset, which keeps both.
        (None, None) => Default::default(),
    };
    let pending = PendingMethod {
        method_type,
        purpose,
        name,
        is_default,
    };
    handover.pending.set_value(Some(pending));
    handover.set_up_is_open.set_value(false);
}

/// In a forced set-up: the account that requires MFA, and how to leave.
#[component]
pub(super) fn Demanded() -> impl IntoView {
    let shell = shell();
    boxed_view(move || {
        let viewer = shell.session.viewer();
        let viewer = viewer.filter(|_| shell.session.is_forced());
        let demanded = viewer.map(|viewer| {
            let said = words::demanded(viewer.account.as_deref(), viewer.has_several_accounts);
            note(AlertKind::Info, said)
        });
        demanded.into_any()
    })
}

/// The link to the choice of a method; none in a reset, which keeps its type.
pub(super) fn other_method(path: WizardPath) -> AnyView {
    let has_mfa = untrack(|| shell().session.has_mfa());
    if has_mfa && path == WizardPath::Short {
        return ().into_any();
    }
    link_button(
        "/profile/mfa/new",
        words::CHOOSE_ANOTHER_METHOD,
        ButtonKind::Quiet,
    )
}

#[component]
fn Instructions(
    /// The key to scan.
    new_key: PendingSetUp,
) -> impl IntoView {
    let PendingSetUp {
        email,
        issuer,
        key,
        uri,
        qr,
        is_renewed,
        purpose,
    } = new_key;
    // Another method would sign in meanwhile.
    let is_only = shell().session.methods().len() == 1;
    let warns = purpose == SetUpPurpose::Reset && is_only;
    let (path, size, label) = (
        qr.path.expose().to_owned(),
        qr.size,
        words::qr_code_for(&email),
    );
    let key = key.expose().to_owned();
    let copied = key.clone();
    view! {
        {is_renewed.then(|| note(AlertKind::Warning, words::KEY_RENEWED))}
        {warns.then(|| note(AlertKind::Info, words::BEFORE_THE_SCAN))}
        <div class="card stack">
            <div class="scan">
                <ol class="instructions">
                    {item(words::INSTALL_AN_APPLICATION)}
                    {item(words::SCAN_THE_CODE)}
                    {item(words::CLICK_NEXT)}
                </ol>
                <div class="scan__code">
                    <QrCode path size label />
                    <p><a href=uri.expose().to_owned()>{words::OPEN_IN_AUTHENTICATOR}</a></p>
                </div>
            </div>
            <Disclosure label=words::CANNOT_SCAN>
                {paragraph(words::ENTER_THIS_KEY)}
                <KeyGroups id="key" value=key.clone() />
                <CopyButton label=words::COPY_KEY text=copied.clone() source="key" />
                <DetailsList>
                    <Detail label="Account"><Name text=email.clone() /></Detail>
                    <Detail label="Issuer"><Name text=issuer.clone() /></Detail>
                    <Detail label="Type">"Time-based"</Detail>
                    <Detail label="Digits">"6"</Detail>
                    <Detail label="Period">{words::THIRTY_SECONDS}</Detail>
                </DetailsList>
            </Disclosure>
            <Onward purpose />
        </div>
    }
}

#[component]
fn Onward(purpose: SetUpPurpose) -> impl IntoView {
    let shell = shell();
    let navigator = navigator();
    let (failed, cancel) = cancelling(purpose, MethodType::Application);
    let next = move || {
        shell.handover.key_was_shown.set_value(true);
        navigator.go(&Page::VerifyMethod);
    };
    view! {
        {failed}
        <div class="actions">
            {button("Next", ButtonKind::Primary, next)}
            {cancel}
        </div>
    }
}

/// The button that cancels the set-up, and before it why that failed.
pub(super) fn cancelling(purpose: SetUpPurpose, kind: MethodType) -> (AnyView, AnyView) {
    let shell = shell();
    let navigator = navigator();
    let busy = RwSignal::new(false);
    let failed = RwSignal::new(None::<AppError>);
    shell.forget_once_back(failed);
    let said = in_words(failed);
    // A forced set-up has no previous page. The user menu has the ways to leave.
    let is_forced = memo(move || shell.session.is_forced());
    let leave = move || {
        failed.set(None);
        keys::stop();
        shell.handover.end_set_up();
        shell.call(busy, cancel(), move |answer| match answer {
            Ok(()) => {
                shell.flash.say(words::cancelled(purpose, kind).to_owned());
                navigator.replace(&Page::Profile);
            }
            Err(error) => {
                failed.try_set(Some(error));
            }
        });
    };
    (
        view! { <FormError error=said retry=leave /> }.into_any(),
        view! {
            <When holds=move || !is_forced.get()>
                {busy_button("Cancel", ButtonKind::Secondary, busy, leave)}
            </When>
        }
        .into_any(),
    )
}
