use leptos::prelude::*;
use usecases::{
    profile::NewPassword,
    secret_text::SecretText,
    session::{Code, KeyAnswer},
};

use crate::{
    api::{profile::change_password, step_up::key_challenge},
    features::{
        mfa::{
            key_prompt::{KeyPrompt, challenges, key_result},
            second_factor_form::{FactorInput, Factors, OtherWays},
        },
        session::view::{NewPasswordField, password_error},
    },
    routes::Page,
    shell::{
        navigator, shell,
        view::app_error_alert::{AppErrorAlert, Wait},
    },
    ui::{
        ButtonKind, CodeField, FocusHeading, HiddenUsername, PasswordField, SubmitForm,
        boxed::{boxed_view, memo},
        button, focus_first_invalid, focus_heading, lead, paragraph, submit_button,
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
    let (factors, at_code) = (Factors::new(None, None), RwSignal::new(None::<String>));
    let (refused, busy) = (RwSignal::new(None::<AppError>), RwSignal::new(false));
    let waits = RwSignal::new(None::<AppError>);
    let has_mfa = memo(move || shell.session.has_mfa());
    let prompt = RwSignal::new(None::<KeyPrompt>);
    let send = move |given: Option<FactorInput>| {
        let request = request(current, new, given);
        shell.call(busy, change_password(request), move |answer| match answer {
            Ok(()) => {
                shell.connection.may_have_new_password.set_value(false);
                shell.flash.say(words::PASSWORD_CHANGED.to_owned());
                navigator.replace(&Page::Profile);
            }
            Err(error) => {
                if let Some(key) = prompt.try_get_untracked().flatten() {
                    key.renew_if_used();
                }
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
        let key = prompt.get_untracked();
        let takes_code = has_mfa.get_untracked() && key.is_none();
        let given = takes_code.then(|| factors.read_input()).transpose();
        at_code.set(
            given
                .as_ref()
                .err()
                .map(|field| words::invalid(*field).to_owned()),
        );
        if [at_current, at_new, at_code]
            .iter()
            .any(|error| error.read_untracked().is_some())
        {
            return focus_first_invalid();
        }
        match key {
            Some(key) => key.ask(Callback::new(move |answer| {
                send(Some(FactorInput::Key(answer)));
            })),
            None => send(given.ok().flatten()),
        }
    };
    let forget = move || {
        at_code.set(None);
        waits.set(None);
    };
    let email = Signal::derive(move || shell.session.email().unwrap_or_default());
    let busy = Signal::derive(move || {
        let asking = prompt.get().and_then(|prompt| prompt.asking.try_get());
        busy.get() || asking == Some(true)
    });
    view! {
        <div class="page--narrow">
            <FocusHeading label=words::CHANGE_PASSWORD />
            {lead(words::SIGNED_OUT_ELSEWHERE)}
            <div class="card">
                <SubmitForm on_submit=submit busy>
                    <AppErrorAlert refused retry=submit />
                    <HiddenUsername email />
                    // Above the fields, so that a phone's keyboard hides no button.
                    {boxed_view(move || key_question(factors, prompt, refused).into_any())}
                    <PasswordField label=words::CURRENT_PASSWORD name="current-password" value=current error=at_current />
                    <NewPasswordField label=words::NEW_PASSWORD name="new-password" value=new error=at_new />
                    {boxed_view(move || has_mfa.get().then(|| code_field(factors, at_code, waits)).into_any())}
                    <div class="actions">
                        {submit_button(words::CHANGE_PASSWORD, "Changing…", busy)}
                        {button("Cancel", ButtonKind::Secondary, move || navigator.replace(&Page::Profile))}
                    </div>
                </SubmitForm>
                {factors.are_several().then(|| view! { <OtherWays factors on_turn=forget /> }.into_any())}
            </div>
        </div>
    }
}

fn request(
    current: RwSignal<String>,
    new: RwSignal<String>,
    given: Option<FactorInput>,
) -> NewPassword {
    let secret = |typed: RwSignal<String>| SecretText::new(typed.get_untracked());
    let mut request = NewPassword {
        current: secret(current),
        new: secret(new),
        code: None,
        by: None,
        key: None,
    };
    match given {
        None => {}
        Some(FactorInput::Code(Code { code, by })) => {
            (request.code, request.by) = (Some(code), by);
        }
        Some(FactorInput::BackupCode(code)) => request.code = Some(code),
        Some(FactorInput::Key(KeyAnswer { answer })) => request.key = Some(answer),
    }
    request
}

/// What the shown key will ask; nothing if a code is asked for. `prompt` gets the question.
fn key_question(
    factors: Factors,
    prompt: RwSignal<Option<KeyPrompt>>,
    refused: RwSignal<Option<AppError>>,
) -> Option<AnyView> {
    prompt.set(None);
    let key = factors.shown_key()?;
    let question = KeyPrompt::new(false, None, challenges(key_challenge), refused);
    prompt.set(Some(question));
    // The pressed button disappears, and a key has no field.
    if factors.turned.get_untracked() {
        focus_heading();
    }
    let view = view! {
        {paragraph(words::key_confirms(&key.name))}
        {key_result(question)}
    };
    Some(view.into_any())
}

/// The field for a code of the shown factor; nothing if that is a key.
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
    if factors.shown_key().is_some() {
        return ().into_any();
    }
    let factor = factors.shown();
    let autofocus = factors.turned.get_untracked();
    view! {
        {factors.unusable()}
        {factors.are_several().then(|| paragraph(factor.lead))}
        <CodeField label=factor.label value=factor.typed kind=factor.kind error=at_code autofocus />
        {boxed_view(move || waits.get().map(|error| view! { <Wait error /> }.into_any()).into_any())}
        {(!factors.are_several()).then(|| button(factor.other, ButtonKind::Quiet, toggle))}
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
