use domain::{ids::MethodId, second_factor::one_time_code::OneTimeCode};
use leptos::prelude::*;
use usecases::{secret_text::SecretText, session::Code};

use crate::{
    api::mfa,
    features::mfa::code_form::CodeForm,
    shell::shell,
    ui::{Button, boxed::boxed_view, focus_heading, muted, text_content},
    wire::error::{AppError, Field},
    words,
};

/// `Test my authenticator`: a code that only shows that the application works.
#[component]
pub(super) fn AuthenticatorTest() -> impl IntoView {
    let open = RwSignal::new(false);
    boxed_view(move || {
        if open.get() {
            view! { <TestForm open by=None /> }.into_any()
        } else {
            view! {
                <div class="setting">
                    <div class="setting__text">
                        <h3>"Authenticator"</h3>
                        {muted(words::CHECK_AUTHENTICATOR)}
                    </div>
                    <Button label=words::TEST_AUTHENTICATOR on_press=move || open.set(true) />
                </div>
            }
            .into_any()
        }
    })
}

/// The field for the code, and what came of it.
#[component]
pub(super) fn TestForm(
    /// Whether the test is open.
    open: RwSignal<bool>,
    /// The method to test, with its name; none for the only one.
    by: Option<(MethodId, String)>,
) -> impl IntoView {
    let shell = shell();
    let lead = by.as_ref().map_or_else(
        || words::ENTER_A_CODE.to_owned(),
        |(_, name)| words::enter_a_code_of(name),
    );
    let by = StoredValue::new(by.map(|(id, _)| id));
    let code = RwSignal::new(String::new());
    let (refused, busy) = (RwSignal::new(None::<AppError>), RwSignal::new(false));
    let close = move || {
        focus_heading();
        open.try_set(false);
    };
    let submit = move || {
        if code.read_untracked().parse::<OneTimeCode>().is_err() {
            return refused.set(Some(AppError::Invalid { field: Field::Code }));
        }
        let request = Code {
            code: SecretText::new(code.get_untracked()),
            by: by.get_value(),
        };
        shell.call(busy, mfa::test(request), move |answer| match answer {
            Ok(()) => {
                shell.flash.say_here(words::TESTED.to_owned());
                close();
            }
            Err(error) => {
                refused.try_set(Some(error));
            }
        });
    };
    view! {
        <div class="setting setting--open">
            <h3>"Authenticator"</h3>
            <p class="muted" use:text_content=lead.into()></p>
            <CodeForm label=words::SIX_DIGIT_CODE code refused busy on_submit=submit autofocus=true>
                <Button label="Cancel" on_press=close />
            </CodeForm>
        </div>
    }
}
