use domain::second_factor::{methods::MethodType, step_up::Intent};
use leptos::prelude::*;
use usecases::{mfa::OneMethod, profile::Method, session::MethodOption};

use super::{card_state::CardForms, edit_name::EditName, test_form::TestForm};
use crate::{
    api::mfa::make_default,
    features::mfa::key_prompt::is_key,
    shell::shell,
    ui::{
        self, Badge, BadgeKind, Button, ButtonKind, Detail, DetailsList, Dialog, Menu, MenuAction,
        RelativeTime, When, boxed::effect, button, focus_heading, paragraph,
    },
    wire::error::AppError,
    words,
};

/// A method, with its menu.
#[component]
pub(super) fn MethodCard(
    /// The method.
    method: Method,
    /// For the only method: the accounts that require MFA, by name.
    demanded_by: Option<Vec<String>>,
    /// Starts an action.
    act: Callback<Intent>,
    /// What is open and typed on it.
    forms: CardForms,
    /// Whether a request of the page is being sent.
    busy: RwSignal<bool>,
    /// Why the last request was refused.
    refused: RwSignal<Option<AppError>>,
    /// Loads the methods again.
    on_change: Callback<()>,
) -> impl IntoView {
    let shell = shell();
    let Method {
        id,
        name,
        method_type: kind,
        is_default,
        is_synced,
        added_at,
        used_at,
    } = method;
    let name = RwSignal::new(name);
    let CardForms { test, rename } = forms;
    let deleting = RwSignal::new(false);
    let id = StoredValue::new(id);
    let is_only = demanded_by.is_some();
    let prefer = move || {
        let request = OneMethod {
            method: id.get_value(),
        };
        shell.call(busy, make_default(request), move |answer| match answer {
            Ok(()) => {
                shell
                    .flash
                    .say_here(words::made_default(&name.get_untracked()));
                shell.refresh();
                focus_heading();
                on_change.run(());
            }
            Err(error) => {
                refused.try_set(Some(error));
            }
        });
    };
    let reset = move || {
        let method = id.get_value();
        act.run(Intent::Reset { method });
    };
    let delete = move || {
        let method = id.get_value();
        act.run(Intent::Delete { method });
    };
    // The form takes the focus away with it.
    let mut was_renaming = false;
    effect(move || {
        let is_renaming = rename.is_on(&id.read_value());
        if was_renaming && !is_renaming {
            focus_heading();
        }
        was_renaming = is_renaming;
    });
    let change_name = move || rename.open(&id.read_value(), name.get_untracked());
    let start_test = move || test.open(&id.read_value(), String::new());
    let menu = Signal::derive(move || words::menu_for(&name.read(), is_only));
    let option = move || MethodOption {
        id: id.get_value(),
        name: name.get_untracked(),
        method_type: kind,
    };
    view! {
        <div class="method">
            <div class="card__head">
                <h3><ui::Name text=name /></h3>
                {is_default.then(|| view! { <Badge label="Default" kind=BadgeKind::Plain /> }.into_any())}
                <Menu label=menu compact=true>
                    {(!is_default).then(|| view! { <MenuAction label=words::MAKE_DEFAULT on_choose=prefer /> }.into_any())}
                    <MenuAction label="Test" on_choose=start_test />
                    <MenuAction label="Rename" on_choose=change_name />
                    {(!is_key(kind)).then(|| view! { <MenuAction label="Reset" on_choose=reset /> }.into_any())}
                    <MenuAction label="Delete" danger=true on_choose=move || deleting.set(true) />
                </Menu>
            </div>
            <When holds=move || rename.is_on(&id.read_value())>
                <EditName method=id.get_value() kind name form=rename gone=refused />
            </When>
            <DetailsList>
                <Detail label="Type">{words::method_type(kind)}</Detail>
                <Detail label="Status">{words::status(is_synced)}</Detail>
                <Detail label="Added"><RelativeTime at=added_at.millis() /></Detail>
                <Detail label=words::LAST_USED>{used_at.map(|at| view! { <RelativeTime at=at.millis() /> }.into_any())}</Detail>
            </DetailsList>
            <When holds=move || test.is_on(&id.read_value())>
                <TestForm form=test method=option() is_only gone=refused />
            </When>
            // The menu's `Test`, in view for a user whose only method is an application.
            {(is_only && !is_key(kind)).then(|| view! {
                <When holds=move || !test.is_on(&id.read_value())>
                    {button(words::TEST_AUTHENTICATOR, ButtonKind::Quiet, start_test)}
                </When>
            }.into_any())}
            <Delete open=deleting kind name demanded_by on_delete=delete />
        </div>
    }
}

/// Explains the effect of a deletion, before the identity is verified for it.
#[component]
fn Delete(
    /// Whether the dialog is open.
    open: RwSignal<bool>,
    /// The method's type.
    kind: MethodType,
    /// The method's name.
    name: RwSignal<String>,
    /// For the only method: the accounts that require MFA, by name.
    demanded_by: Option<Vec<String>>,
    /// Starts the verification.
    #[prop(into)]
    on_delete: Callback<()>,
) -> impl IntoView {
    let delete = move || {
        open.set(false);
        on_delete.run(());
    };
    let is_only = demanded_by.is_some();
    let effect = match demanded_by.as_deref() {
        None => words::DELETE_ONE_EFFECT,
        Some([]) => words::DELETE_EFFECT,
        Some(_) => words::DELETE_EFFECT_UNDER_A_RULE,
    };
    let again = demanded_by.and_then(|accounts| words::set_up_again(&accounts));
    let label = Signal::derive(move || {
        if is_only {
            words::delete_only(kind)
        } else {
            words::delete_named(&name.read())
        }
    });
    view! {
        <Dialog open label>
            {paragraph(effect)}
            {again.map(paragraph)}
            <div class="actions">
                {button("Delete", ButtonKind::Danger, delete)}
                <Button label="Cancel" autofocus=true on_press=move || open.set(false) />
            </div>
        </Dialog>
    }
}
