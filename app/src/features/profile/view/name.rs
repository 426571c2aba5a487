use domain::{ids::MethodId, people::names::MethodName};
use leptos::{html, prelude::*};

use usecases::mfa::NewName;

use crate::{
    api::mfa::rename,
    features::mfa::view::has_name,
    shell::{shell, view::app_error_alert::AppErrorAlert},
    ui::{
        self, Button, ButtonKind, SubmitForm, TextField,
        boxed::{boxed_view, effect, next_frame},
        focus_first_invalid,
    },
    wire::error::AppError,
    words,
};

/// The method's name, which the user can edit.
#[component]
pub(super) fn Name(method: MethodId, name: String) -> impl IntoView {
    let method = StoredValue::new(method);
    let name = RwSignal::new(name);
    let editing = RwSignal::new(false);
    let button = NodeRef::<html::Button>::new();
    // The closing form takes the focus away, so the button that opened it gets the focus back.
    let mut was_editing = false;
    effect(move || {
        let is_editing = editing.get();
        if was_editing && !is_editing {
            next_frame(move || {
                if let Some(button) = button.get_untracked() {
                    let _ = button.focus();
                }
            });
        }
        was_editing = is_editing;
    });
    boxed_view(move || {
        if editing.get() {
            view! { <EditName method=method.get_value() name editing /> }.into_any()
        } else {
            view! {
                <div class="name">
                    <span class="name__text"><ui::Name text=name.get() /></span>
                    <Button label=words::EDIT_NAME kind=ButtonKind::Quiet button_ref=button on_press=move || editing.set(true) />
                </div>
            }
            .into_any()
        }
    })
}

/// The field for a method's new name.
#[component]
pub(super) fn EditName(
    /// The method.
    method: MethodId,
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
