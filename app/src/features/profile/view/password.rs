use leptos::prelude::*;
use usecases::{profile::NewPassword, secret_text::SecretText};

use crate::{
    api::profile::change_password,
    features::{
        mfa::second_factor_form::{FactorInput, Factors, OtherWays},
        session::view::{NewPasswordField, password_error},
    },
    routes::Page,
    shell::{
        navigator, shell,
        view::app_error_alert::{AppErrorAlert, Wait},
    },
    ui::{
        Button, ButtonKind, CodeField, FocusHeading, HiddenUsername, PasswordField, SubmitForm,
        boxed::{boxed_view, memo},
        focus_first_invalid, lead, text_content,
    },
    wire::error::{AppError, Field},
    words,
};

/// `/profile/password`: sets a new password. Requires the current one and, with MFA on, a code.
#[component]
pub(crate) fn ChangePassword() -> impl IntoView {
    let (shell, navigator) = (shell(), navigator());
    let field = || (RwSignal::new(String::new()), RwSignal::new(None::<String>));
    let ((current, at_current), (new, at_new)) = (field(), field());
    let (factors, at_code) = (Factors::new(None), RwSignal::new(None::<String>));
    let (refused, busy) = (RwSignal::new(None::<AppError>), RwSignal::new(false));
    let waits = RwSignal::new(None::<AppError>);
    let has_mfa = memo(move || shell.session.viewer().is_some_and(|viewer| viewer.has_mfa));
    let submit = move || {
        refused.set(None);
        waits.set(None);
        let typed = current.read_untracked();
        at_current.set(
            typed
                .is_empty()
                .then(|| words::ENTER_CURRENT_PASSWORD.to_owned()),
        );
        at_new.set(password_error(&new.read_untracked()));
        let given = has_mfa.get_untracked().then(|| factors.read_input());
        let (given, wrong) = match given.transpose() {
            Ok(given) => (given.map(FactorInput::into_parts), None),
            Err(field) => (None, Some(words::invalid(field).to_owned())),
        };
        at_code.set(wrong);
        if [at_current, at_new, at_code]
            .iter()
            .any(|error| error.read_untracked().is_some())
        {
            return focus_first_invalid();
        }
        let secret = |typed: RwSignal<String>| SecretText::new(typed.get_untracked());
        let (code, by) = given.unzip();
        let request = NewPassword {
            current: secret(current),
            new: secret(new),
            code,
            by: by.flatten(),
        };
        shell.call(busy, change_password(request), move |answer| match answer {
            Ok(()) => {
                shell.connection.may_have_new_password.set_value(false);
                shell.flash.say(words::PASSWORD_CHANGED.to_owned());
                navigator.replace(&Page::Profile);
            }
            Err(error) => {
                if let Some(place) = place(&error) {
                    let said =
                        describe_error(&error, shell.connection.may_have_new_password.get_value());
                    [at_current, at_new, at_code][place].try_set(Some(said));
                    waits.try_set(Some(error));
                    return focus_first_invalid();
                }
                if words::is_lost(&error) {
                    shell.connection.may_have_new_password.set_value(true);
                }
                refused.try_set(Some(error));
            }
        });
    };
    let forget = move || {
        at_code.set(None);
        waits.set(None);
    };
    let email = Signal::derive(move || {
        let viewer = shell.session.viewer();
        viewer.map(|viewer| viewer.email).unwrap_or_default()
    });
    let code_field = boxed_view(move || {
        let field = has_mfa.get().then(|| code_field(factors, at_code, waits));
        field.into_any()
    });
    view! {
        <div class="page--narrow">
            <FocusHeading label=words::CHANGE_PASSWORD />
            {lead(words::SIGNED_OUT_ELSEWHERE)}
            <div class="card">
                <SubmitForm on_submit=submit busy>
                    <AppErrorAlert refused retry=submit />
                    <HiddenUsername email />
                    <PasswordField label=words::CURRENT_PASSWORD name="current-password" value=current error=at_current />
                    <NewPasswordField label=words::NEW_PASSWORD name="new-password" value=new error=at_new />
                    {code_field}
                    <div class="actions">
                        <Button label=words::CHANGE_PASSWORD kind=ButtonKind::Primary submit=true busy busy_label="Changing…" />
                        <Button label="Cancel" on_press=move || navigator.replace(&Page::Profile) />
                    </div>
                </SubmitForm>
                {factors.are_several().then(|| view! { <OtherWays factors on_turn=forget /> }.into_any())}
            </div>
        </div>
    }
}

/// The field for a code of the shown factor.
fn code_field(
    factors: Factors,
    at_code: RwSignal<Option<String>>,
    waits: RwSignal<Option<AppError>>,
) -> AnyView {
    let toggle = move || {
        at_code.set(None);
        waits.set(None);
        factors.toggle();
    };
    let factor = factors.shown();
    let autofocus = factors.turned.get_untracked();
    view! {
        {factors.are_several().then(|| view! { <p use:text_content=factor.lead.into()></p> }.into_any())}
        <CodeField label=factor.label value=factor.typed kind=factor.kind error=at_code autofocus />
        {boxed_view(move || waits.get().map(|error| view! { <Wait error /> }.into_any()).into_any())}
        {(!factors.are_several()).then(|| view! { <Button label=factor.other kind=ButtonKind::Quiet on_press=toggle /> }.into_any())}
    }
    .into_any()
}

/// The index of the field that shows a refusal; none if the refusal concerns the whole form.
const fn place(error: &AppError) -> Option<usize> {
    match error {
        AppError::WrongCredentials => Some(0),
        AppError::WeakPassword { .. }
        | AppError::Invalid {
            field: Field::Password,
        } => Some(1),
        AppError::WrongCode
        | AppError::JustExpired
        | AppError::AlreadyUsed { .. }
        | AppError::BackupCodeUsed
        | AppError::Paused { .. }
        | AppError::Locked { .. }
        | AppError::Invalid { .. } => Some(2),
        _ => None,
    }
}

fn describe_error(error: &AppError, was_lost: bool) -> String {
    match error {
        AppError::WrongCredentials if was_lost => words::PASSWORD_PERHAPS_CHANGED.to_owned(),
        AppError::WrongCredentials => words::WRONG_PASSWORD.to_owned(),
        error => words::code_refusal(
            error,
            words::CodeAttempt {
                by_either: true,
                was_lost,
            },
        ),
    }
}
