use domain::second_factor::one_time_code::OneTimeCode;
use leptos::prelude::*;
use usecases::{
    mfa::OneMethod,
    secret_text::SecretText,
    session::{Code, MethodOption},
};

use super::card_state::OpenForm;
use crate::{
    api::mfa,
    features::mfa::{
        code_form::CodeForm,
        key_prompt::{UseKey, challenges, is_key},
    },
    shell::{address::key_trouble, shell},
    ui::{ButtonKind, boxed::effect, button, focus_heading, muted, setting_heading},
    wire::error::{AppError, Field},
    words,
};

/// A code or an answer that only shows that a method works.
#[component]
pub(super) fn TestForm(
    /// Whether the test is open, and what is typed.
    form: OpenForm,
    /// The method to test.
    method: MethodOption,
    /// Whether it is the only one.
    is_only: bool,
    /// Gets the refusal if the method no longer exists.
    gone: RwSignal<Option<AppError>>,
) -> impl IntoView {
    let shell = shell();
    let code = form.typed;
    let kind = method.method_type;
    let id = StoredValue::new(method.id.clone());
    let (refused, busy) = (RwSignal::new(None::<AppError>), RwSignal::new(false));
    effect(move || {
        if refused.get() == Some(AppError::NoMethod) {
            gone.try_set(Some(AppError::NoMethod));
        }
    });
    let close = move || {
        focus_heading();
        form.close();
    };
    let done = move |answer| match answer {
        Ok(()) => {
            shell.flash.say_here(words::tested(kind));
            close();
        }
        Err(error) => {
            refused.try_set(Some(error));
        }
    };
    let cancel = move || button("Cancel", ButtonKind::Secondary, close);
    let trouble = is_key(kind).then(key_trouble).flatten();
    let content = if let Some(trouble) = trouble {
        view! {
            {muted(trouble)}
            <div class="actions">{cancel()}</div>
        }
        .into_any()
    } else if is_key(kind) {
        let ask = move || {
            mfa::key_challenge(OneMethod {
                method: id.get_value(),
            })
        };
        let send = move |answer| shell.call(busy, mfa::test_key(answer), done);
        view! {
            <UseKey method challenges=challenges(ask) refused busy on_answer=send autofocus=true>
                {cancel()}
            </UseKey>
        }
        .into_any()
    } else {
        let lead = if is_only {
            words::ENTER_A_CODE.to_owned()
        } else {
            words::enter_a_code_of(&method.name)
        };
        let autofocus = code.read_untracked().is_empty();
        let submit = move || {
            if code.read_untracked().parse::<OneTimeCode>().is_err() {
                return refused.set(Some(AppError::Invalid { field: Field::Code }));
            }
            let request = Code {
                code: SecretText::new(code.get_untracked()),
                by: Some(id.get_value()),
            };
            shell.call(busy, mfa::test(request), done);
        };
        view! {
            {muted(lead)}
            <CodeForm label=words::SIX_DIGIT_CODE code refused busy on_submit=submit autofocus>
                {cancel()}
            </CodeForm>
        }
        .into_any()
    };
    view! {
        <div class="setting setting--open">
            {setting_heading("Test")}
            {content}
        </div>
    }
}
