//! The frame around every page, and which page stands at which address.

use std::str::FromStr;

use domain::{ids::AccountId, policy::Standing, step_up::Action};
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    components::{A, Route, Router, Routes},
    hooks::{use_location, use_navigate, use_params_map},
    path,
};

use crate::{
    accounts::view::{Accounts, Members},
    guard::Guarded,
    mfa::view::{BackupCodes, NewMethod, SetUp, VerifyMethod},
    notice::Notice,
    profile::view::{ChangePassword, Home, Profile},
    routes::Page,
    session::{
        api::sign_out,
        view::{ChooseAccount, ConfirmPassword, FirstStart, Invitation, SignIn, Verify},
    },
    shell::{Shell, shell},
    step_up::view::{RecoveryOffer, StepUp},
    ui::{
        FocusHeading, Glyph, Icon, Menu, MenuAction, MenuLink, SkipLink, Status, ThemeMenu,
        follow_stored_theme,
    },
    words,
};

/// The pages of Twinlock.
#[component]
pub fn App() -> impl IntoView {
    follow_stored_theme();
    let shell = Shell::start();
    provide_context(shell);
    view! {
        <Router>
            <Turning />
            <SkipLink label="Skip to content" />
            <Header />
            <main id="main" class="page" tabindex="-1">
                <Status message=shell.status />
                <Routes fallback=NotFound>
                    <Route path=path!("/sign-in") view=|| view! { <Guarded page=Page::SignIn><SignIn /></Guarded> } />
                    <Route path=path!("/sign-in/verify") view=|| view! { <Guarded page=Page::Verify><Verify /></Guarded> } />
                    <Route path=path!("/sign-in/account") view=|| view! { <Guarded page=Page::ChooseAccount><ChooseAccount /></Guarded> } />
                    <Route path=path!("/verify/:action") view=StepUpRoute />
                    <Route path=path!("/accounts") view=|| view! { <Guarded page=Page::Accounts><Accounts /></Guarded> } />
                    <Route path=path!("/accounts/:id") view=MembersRoute />
                    <Route path=path!("/confirm-password") view=|| view! { <Guarded page=Page::ConfirmPassword><ConfirmPassword /></Guarded> } />
                    <Route path=path!("/") view=|| view! { <Guarded page=Page::Home><Home /></Guarded> } />
                    <Route path=path!("/profile") view=|| view! { <Guarded page=Page::Profile><Profile /></Guarded> } />
                    <Route path=path!("/profile/password") view=|| view! { <Guarded page=Page::ChangePassword><ChangePassword /></Guarded> } />
                    <Route path=path!("/profile/mfa/new") view=|| view! { <Guarded page=Page::NewMethod><NewMethod /></Guarded> } />
                    <Route path=path!("/profile/mfa/setup") view=|| view! { <Guarded page=Page::SetUp><SetUp /></Guarded> } />
                    <Route path=path!("/profile/mfa/verify") view=|| view! { <Guarded page=Page::VerifyMethod><VerifyMethod /></Guarded> } />
                    <Route path=path!("/profile/mfa/backup-codes") view=|| view! { <Guarded page=Page::BackupCodes><BackupCodes /></Guarded> } />
                    <Route path=path!("/setup") view=FirstStart />
                    <Route path=path!("/invitation") view=Invitation />
                </Routes>
                <RecoveryOffer />
            </main>
        </Router>
    }
}

/// `/verify/:action`, for the actions there are.
#[component]
fn StepUpRoute() -> impl IntoView {
    let action = parameter::<Action>("action");
    move || match action.get() {
        Some(action) => {
            view! { <Guarded page=Page::StepUp(action)><StepUp action /></Guarded> }.into_any()
        }
        None => view! { <NotFound /> }.into_any(),
    }
}

/// `/accounts/:id`, for what can be an account.
#[component]
fn MembersRoute() -> impl IntoView {
    let account = parameter::<AccountId>("id");
    move || {
        match account.get() {
        Some(account) => view! {
            <Guarded page=Page::Members(account.clone())><Members account=account.clone() /></Guarded>
        }
        .into_any(),
        None => view! { <NotFound /> }.into_any(),
    }
    }
}

/// A part of the address, if it parses.
fn parameter<T: FromStr + PartialEq + Send + Sync + 'static>(
    name: &'static str,
) -> Memo<Option<T>> {
    let parameters = use_params_map();
    Memo::new(move |_| {
        parameters
            .read()
            .get_str(name)
            .and_then(|text| text.parse().ok())
    })
}

/// Tells the shell that another page was entered.
#[component]
fn Turning() -> impl IntoView {
    let (shell, location) = (shell(), use_location());
    Effect::new(move |_| {
        location.pathname.track();
        shell.enter();
    });
}

/// What the server wrote into the page's head; nothing, if it wrote nothing.
pub(crate) fn meta(name: &str) -> String {
    let element = document()
        .query_selector(&format!("meta[name={name}]"))
        .ok()
        .flatten();
    element
        .and_then(|meta| meta.get_attribute("content"))
        .unwrap_or_default()
}

#[component]
fn Header() -> impl IntoView {
    let shell = shell();
    let name = Memo::new(move |_| shell.viewer().map(|viewer| viewer.name));
    view! {
        <header class="header">
            <div class="header__inner">
                <A href="/" attr:class="brand"><Mark />{meta("brand")}</A>
                {move || name.get().map(|name| view! { <UserMenu name /> })}
            </div>
            <Notice />
        </header>
    }
}

/// The operator's logo, or the shield. The name stands beside it, so it says nothing itself.
#[component]
fn Mark() -> impl IntoView {
    match meta("logo") {
        path if path.is_empty() => view! { <Icon glyph=Glyph::Shield /> }.into_any(),
        path => view! { <img class="brand__logo" src=path alt="" /> }.into_any(),
    }
}

#[component]
fn UserMenu(name: String) -> impl IntoView {
    let shell = shell();
    let navigate = use_navigate();
    // Only a full session has a profile and accounts to see.
    let is_full = Memo::new(move |_| {
        shell
            .viewer()
            .is_some_and(|viewer| matches!(viewer.standing, Standing::Full { .. }))
    });
    let has_several = Memo::new(move |_| {
        shell
            .viewer()
            .is_some_and(|viewer| viewer.has_several_accounts)
    });
    let leave = move || {
        let navigate = navigate.clone();
        shell.call(
            RwSignal::new(false),
            sign_out(),
            move |answer| match answer {
                Ok(()) => {
                    shell.status.set(None);
                    shell.sheet.set(None);
                    shell.left_on_purpose.set_value(true);
                    shell.set_viewer(None);
                    // Pages that anybody may see, such as Page not found, lead nowhere by themselves.
                    let options = NavigateOptions {
                        replace: true,
                        ..Default::default()
                    };
                    navigate(&Page::SignIn.path(), options);
                }
                Err(error) => shell.say(words::refusal(&error)),
            },
        );
    };
    view! {
        <nav class="user-menu" aria-label="User">
            <Menu label=name>
                <Show when=move || is_full.get()>
                    <MenuLink href="/profile" label="My profile" />
                    <MenuLink href="/accounts" label="Accounts" />
                </Show>
                <Show when=move || has_several.get()>
                    <MenuLink href="/sign-in/account" label="Change account" />
                </Show>
                <ThemeMenu />
                <MenuAction label="Sign out" on_choose=leave />
            </Menu>
        </nav>
    }
}

/// Anything else, and what a person may not know to exist.
#[component]
pub(crate) fn NotFound() -> impl IntoView {
    view! {
        <div class="page--narrow">
            <FocusHeading label="Page not found" />
            <p class="lead">"There is nothing at this address."</p>
            <p><A href="/">"Go to the start page"</A></p>
        </div>
    }
}
