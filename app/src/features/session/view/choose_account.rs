use domain::{ids::AccountId, session::policy::Standing};
use leptos::prelude::*;

use usecases::session::{AccountOption, AccountSelection};

use crate::{
    api::session::{accounts, choose_account},
    routes::Page,
    shell::{Load, navigator, shell},
    ui::{
        Badge, BadgeKind, FocusHeading, FormError, Name,
        boxed::{boxed_handler, boxed_view, effect, memo},
        focus_heading,
    },
    wire::error::AppError,
    words,
};

/// `/sign-in/account`: the choice of the account to work in.
#[component]
pub(crate) fn ChooseAccount() -> impl IntoView {
    let (shell, navigator) = (shell(), navigator());
    let load = Load::now(accounts);
    let (refused, busy) = (RwSignal::new(None::<AppError>), RwSignal::new(false));
    shell.forget_once_back(refused);
    let pressed = RwSignal::new(None::<AccountId>);
    let choose = move || {
        let Some(account) = pressed.get_untracked() else {
            return;
        };
        refused.set(None);
        shell.call(
            busy,
            choose_account(AccountSelection { account }),
            move |answer| match answer {
                Ok(viewer) => {
                    shell.set_viewer(Some(viewer));
                    let wanted = shell.return_to.take_wanted();
                    navigator.replace(&wanted.unwrap_or(Page::Home));
                }
                Err(error) => {
                    refused.try_set(Some(error));
                }
            },
        );
    };
    let press = Callback::new(move |account: AccountId| {
        if !busy.get_untracked() {
            pressed.set(Some(account));
            choose();
        }
    });
    let retry = move || {
        focus_heading();
        choose();
    };
    let has_no_choice = memo(move || {
        shell
            .session
            .viewer()
            .is_some_and(|viewer| !viewer.has_several_accounts)
    });
    effect(move || {
        if has_no_choice.get() {
            navigator.replace(&Page::Home);
        }
    });
    // The user was removed from the account meanwhile, so the list has changed.
    effect(move || {
        if refused.get() == Some(AppError::NotFound) {
            // The pressed button disappears with the list.
            focus_heading();
            load.reload();
            shell.refresh();
        }
    });
    view! {
        <div class="page--narrow">
            <FocusHeading label=words::CHOOSE_AN_ACCOUNT />
            {boxed_view(move || refused.get().map(|error| match error {
                AppError::NotFound => view! { <FormError error=Some(words::LEFT_ACCOUNT.to_owned()) /> }.into_any(),
                error => view! { <FormError error=Some(words::refusal(&error)) retry /> }.into_any(),
            }).into_any())}
            {boxed_view(move || match load.result() {
                Some(Ok(accounts)) => {
                    let choice = move |account| view! { <li><AccountButton account busy pressed press /></li> }.into_any();
                    view! { <ul class="choices" role="list">{accounts.into_iter().map(choice).collect_view()}</ul> }.into_any()
                }
                _ => load.without_answer(4),
            })}
        </div>
    }
}

/// A button whose name is the account's name, then the role.
#[component]
fn AccountButton(
    account: AccountOption,
    busy: RwSignal<bool>,
    pressed: RwSignal<Option<AccountId>>,
    press: Callback<AccountId>,
) -> impl IntoView {
    let shell = shell();
    let AccountOption {
        id,
        name,
        role,
        requires_mfa,
    } = account;
    let id = StoredValue::new(id);
    let is_current = memo(move || {
        let standing = shell.session.viewer().map(|viewer| viewer.standing);
        match standing {
            Some(
                Standing::Full {
                    account: Some(account),
                    ..
                }
                | Standing::SetUpOnly { account },
            ) => account == id.get_value(),
            _ => false,
        }
    });
    let is_opening = move || busy.get() && pressed.get() == Some(id.get_value());
    view! {
        <button
            class="choice"
            type="button"
            aria-current=move || is_current.get().then_some("true")
            aria-busy=move || is_opening().then_some("true")
            aria-disabled=move || busy.get().then_some("true")
            on:click=boxed_handler(move |_| press.run(id.get_value()))
        >
            <span class="choice__name"><Name text=name /></span>
            " "
            <span class="choice__role">{words::role(role)}</span>
            " "
            {requires_mfa.then(|| view! { <Badge label=words::MFA_REQUIRED kind=BadgeKind::Plain /> }.into_any())}
            " "
            {boxed_view(move || is_current.get().then(|| view! { <Badge label="Current" kind=BadgeKind::Ok /> }.into_any()).into_any())}
            {boxed_view(move || is_opening().then(|| view! { <span class="choice__wait">"Opening…"</span> }.into_any()).into_any())}
        </button>
    }
}
