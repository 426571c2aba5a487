use domain::{ids::MethodId, people::names::MethodName, second_factor::methods::MethodType};
use leptos::prelude::*;

use usecases::mfa::NewName;

use crate::{
    api::mfa::rename,
    features::mfa::{
        key_prompt::{is_key, tell_browser},
        view::has_name,
    },
    shell::{shell, view::app_error_alert::AppErrorAlert},
    ui::{Button, ButtonKind, SubmitForm, TextField, boxed::effect, focus_first_invalid},
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
    /// Whether the field is shown.
    editing: RwSignal<bool>,
) -> impl IntoView {
    let shell = shell();
    let method = StoredValue::new(method);
    let typed = RwSignal::new(name.get_untracked());
    let busy = RwSignal::new(false);
    let (wrong, failed) = (
        RwSignal::new(None::<String>),
        RwSignal::new(None::<AppError>),
    );
    let input = NodeRef::new();
    effect(move || {
        if let Some(input) = input.get() {
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
        let viewer = shell.session.viewer();
        let methods = viewer.map(|viewer| viewer.methods).unwrap_or_default();
        if has_name(&methods, Some(&method.get_value()), &typed.read_untracked()) {
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
                editing.try_set(false);
                if is_key(kind) {
                    tell_browser();
                }
            }
            Err(AppError::Invalid { field }) => refuse(words::invalid(field).to_owned()),
            Err(error) => {
                failed.try_set(Some(error));
            }
        });
    };
    view! {
        <SubmitForm on_submit=submit busy>
            <AppErrorAlert refused=failed retry=submit />
            <TextField label="Name" name="method-name" value=typed error=wrong input_ref=input />
            <div class="actions">
                <Button label="Save" kind=ButtonKind::Primary submit=true busy busy_label="Saving…" />
                <Button label="Cancel" on_press=move || editing.set(false) />
            </div>
        </SubmitForm>
    }
}
