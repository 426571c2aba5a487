use domain::second_factor::step_up::Intent;
use leptos::prelude::*;
use usecases::{mfa::OneMethod, profile::Method};

use super::{authenticator_test::TestForm, delete::DeleteOne, name::EditName};
use crate::{
    api::mfa::make_default,
    shell::shell,
    ui::{
        self, Badge, BadgeKind, Detail, DetailsList, Menu, MenuAction, RelativeTime, When,
        boxed::effect, focus_heading,
    },
    wire::error::AppError,
    words,
};

/// One of several methods, with its menu.
#[component]
pub(super) fn OneOfSeveral(
    /// The method.
    method: Method,
    /// Starts an action.
    act: Callback<Intent>,
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
        is_default,
        added_at,
        used_at,
    } = method;
    let name = RwSignal::new(name);
    let (testing, renaming, deleting) = (
        RwSignal::new(false),
        RwSignal::new(false),
        RwSignal::new(false),
    );
    let id = StoredValue::new(id);
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
        let is_renaming = renaming.get();
        if was_renaming && !is_renaming {
            focus_heading();
        }
        was_renaming = is_renaming;
    });
    let menu = Signal::derive(move || words::menu_for(&name.get()));
    view! {
        <div class="method">
            <div class="card__head">
                <h3><ui::Name text=name /></h3>
                {is_default.then(|| view! { <Badge label="Default" kind=BadgeKind::Plain /> }.into_any())}
                <Menu label=menu compact=true>
                    {(!is_default).then(|| view! { <MenuAction label=words::MAKE_DEFAULT on_choose=prefer /> }.into_any())}
                    <MenuAction label="Test" on_choose=move || testing.set(true) />
                    <MenuAction label="Rename" on_choose=move || renaming.set(true) />
                    <MenuAction label="Reset" on_choose=reset />
                    <MenuAction label="Delete" danger=true on_choose=move || deleting.set(true) />
                </Menu>
            </div>
            <When holds=move || renaming.get()>
                <EditName method=id.get_value() name editing=renaming />
            </When>
            <DetailsList>
                <Detail label="Type">{words::AUTHENTICATOR_APPLICATION}</Detail>
                <Detail label="Added"><RelativeTime at=added_at.millis() /></Detail>
                <Detail label=words::LAST_USED>{used_at.map(|at| view! { <RelativeTime at=at.millis() /> }.into_any())}</Detail>
            </DetailsList>
            <When holds=move || testing.get()>
                <TestForm open=testing by=Some((id.get_value(), name.get_untracked())) />
            </When>
            <DeleteOne open=deleting name on_delete=delete />
        </div>
    }
}
