use domain::{ids::MethodId, people::names::MethodName, second_factor::methods::MethodType};
use leptos::prelude::*;

use usecases::mfa::NewName;

use super::card_state::OpenForm;
use crate::{
    api::mfa::rename,
    features::mfa::{
        key_prompt::{is_key, tell_browser},
        view::has_name,
    },
    shell::{shell, view::app_error_alert::AppErrorAlert},
    ui::{
        ButtonKind, SubmitForm, TextField, boxed::effect, button, focus_first_invalid,
        submit_button,
    },
    wire::error::AppError,
    words,
};

/// The field for a method's new name.
#[component]
pub(super) fn EditName(
    /// The method.
    method: MethodId,
    /// Its type.
    kind: MethodType,
    /// Its name.
    name: RwSignal<String>,
    /// Whether the field is shown, and what is typed.
    form: OpenForm,
    /// Gets the refusal if the method no longer exists.
    gone: RwSignal<Option<AppError>>,
) -> impl IntoView {
    let shell = shell();
    let method = StoredValue::new(method);
    let typed = form.typed;
    // A name that is half typed was on the page before, perhaps without the focus.
    let is_new = *typed.read_untracked() == *name.read_untracked();
    let busy = RwSignal::new(false);
    let (wrong, failed) = (
        RwSignal::new(None::<String>),
        RwSignal::new(None::<AppError>),
    );
    let input = NodeRef::new();
    effect(move || {
        if let Some(input) = input.get()
            && is_new
        {
            let input: web_sys::HtmlInputElement = input;
            let _ = input.focus();
            input.select();
        }
    });
    let refuse = move |why: String| {
        wrong.set(Some(why));
        focus_first_invalid();
    };
    let submit = move || {
        failed.set(None);
        wrong.set(None);
        if let Err(error) = typed.read_untracked().parse::<MethodName>() {
            return refuse(words::name_refused(error));
        }
        if has_name(
            &shell.session.methods(),
            Some(&method.get_value()),
            &typed.read_untracked(),
        ) {
            return refuse(words::NAME_IS_TAKEN.to_owned());
        }
        let request = NewName {
            method: Some(method.get_value()),
            name: typed.get_untracked(),
        };
        shell.call(busy, rename(request), move |answer| match answer {
            Ok(kept) => {
                shell.flash.say_here(words::RENAMED.to_owned());
                shell.amend(|viewer| {
                    let id = method.get_value();
                    for method in &mut viewer.methods {
                        if method.id == id {
                            method.name.clone_from(&kept);
                        }
                    }
                });
                name.try_set(kept);
                form.close();
                if is_key(kind) {
                    tell_browser();
                }
            }
            Err(AppError::Invalid { field }) => refuse(words::invalid(field).to_owned()),
            Err(error) => {
                let place = if error == AppError::NoMethod {
                    gone
                } else {
                    failed
                };
                place.try_set(Some(error));
            }
        });
    };
    view! {
        <SubmitForm on_submit=submit busy>
            <AppErrorAlert refused=failed retry=submit />
            <TextField label="Name" name="method-name" value=typed error=wrong input_ref=input />
            <div class="actions">
                {submit_button("Save", "Saving…", busy)}
                {button("Cancel", ButtonKind::Secondary, move || form.close())}
            </div>
        </SubmitForm>
    }
}
