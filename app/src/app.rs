//! The frame around every page, and the page for each path.

use leptos::prelude::*;
use leptos_router::{
    components::{A, Router},
    hooks::use_location,
    location::{BrowserUrl, LocationProvider},
};

use crate::{
    api::session::sign_out,
    boot_protocol,
    features::{
        accounts::view::{Accounts, Members},
        door::view::Door,
        mfa::view::{BackupCodes, NewMethod, SetUp, VerifyMethod},
        profile::view::{ChangePassword, Home, Profile},
        session::view::{ChooseAccount, ConfirmPassword, FirstStart, Invitation, SignIn, Verify},
        step_up::view::{RecoveryOffer, StepUp},
    },
    routes::Page,
    shell::{
        Navigator, Shell, navigator, shell,
        view::{guard::Guarded, not_found::NotFound, notice::Notice},
    },
    ui::{
        Glyph, Icon, Menu, MenuAction, MenuLink, Name, SkipLink, Status, ThemeMenu, When,
        boxed::{boxed_view, effect, memo},
        browser::boot::{self, meta},
        follow_stored_theme,
    },
    wire::error::AppError,
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
            <SkipLink label=words::SKIP_TO_CONTENT />
            {boot::deferred(|| view! { <Header /> }.into_any())}
            <main id="main" class="page" tabindex="-1">
                <Status message=shell.flash.message warns=shell.flash.warns />
                {boot::deferred(|| {
                    view! {
                        <Pages />
                        <RecoveryOffer />
                    }
                        .into_any()
                })}
            </main>
        </Router>
    }
}

/// The page at the current path. The routes of `leptos_router` would add 85 KB to the pages for
/// matching and nesting that [`Page::at`] covers.
#[component]
fn Pages() -> impl IntoView {
    let path = use_location().pathname;
    let browser = use_context::<BrowserUrl>();
    // The router adds the URL of a followed link to the history before the page at that URL may
    // redirect.
    effect(move || {
        path.track();
        if let Some(browser) = &browser {
            browser.ready_to_complete();
        }
    });
    let page = memo(move || Page::at(&path.read()));
    boxed_view(move || match page.get() {
        None => view! { <NotFound /> }.into_any(),
        Some(Page::FirstStart) => view! { <FirstStart /> }.into_any(),
        Some(Page::Invitation) => view! { <Invitation /> }.into_any(),
        Some(page) => {
            let within = page.clone();
            view! { <Guarded page>{content(&within)}</Guarded> }.into_any()
        }
    })
}

/// The content of a page, for sessions that may see it.
fn content(page: &Page) -> AnyView {
    match page.clone() {
        Page::Home => view! { <Home /> }.into_any(),
        Page::SignIn => view! { <SignIn /> }.into_any(),
        Page::Verify => view! { <Verify /> }.into_any(),
        Page::ChooseAccount => view! { <ChooseAccount /> }.into_any(),
        Page::ConfirmPassword => view! { <ConfirmPassword /> }.into_any(),
        Page::StepUp(action) => view! { <StepUp action /> }.into_any(),
        Page::Accounts => view! { <Accounts /> }.into_any(),
        Page::Members(account) => view! { <Members account /> }.into_any(),
        Page::Profile => view! { <Profile /> }.into_any(),
        Page::ChangePassword => view! { <ChangePassword /> }.into_any(),
        Page::NewMethod => view! { <NewMethod /> }.into_any(),
        Page::SetUp => view! { <SetUp /> }.into_any(),
        Page::VerifyMethod => view! { <VerifyMethod /> }.into_any(),
        Page::BackupCodes => view! { <BackupCodes /> }.into_any(),
        Page::FirstStart => view! { <FirstStart /> }.into_any(),
        Page::Invitation => view! { <Invitation /> }.into_any(),
        Page::Door => view! { <Door /> }.into_any(),
    }
}

/// Tells the shell that another page was opened.
#[component]
fn Turning() -> impl IntoView {
    let (shell, location) = (shell(), use_location());
    effect(move || {
        location.pathname.track();
        shell.flash.enter_page();
    });
}

#[component]
fn Header() -> impl IntoView {
    let shell = shell();
    // The menu disappears with the session, so its own navigator would not outlive a sign-out.
    let navigator = navigator();
    let name = memo(move || shell.session.viewer().map(|viewer| viewer.name));
    view! {
        <header class="header">
            <div class="header__inner">
                <A href="/" attr:class="brand"><Mark /><Name text=meta(boot_protocol::meta::BRAND) /></A>
                {boxed_view(move || name.get().map(|name| view! { <UserMenu name navigator /> }.into_any()).into_any())}
            </div>
            <Notice />
        </header>
    }
}

/// The operator's logo, or the shield. The picture has no text alternative, because the brand's
/// name is next to it.
#[component]
fn Mark() -> impl IntoView {
    match meta(boot_protocol::meta::LOGO) {
        path if path.is_empty() => view! { <Icon glyph=Glyph::Shield /> }.into_any(),
        path => view! { <img class="brand__logo" src=path alt="" /> }.into_any(),
    }
}

#[component]
fn UserMenu(name: String, navigator: Navigator) -> impl IntoView {
    let shell = shell();
    // Only a full session can see a profile and accounts.
    let is_full = memo(move || shell.session.is_full());
    let has_several = memo(move || {
        shell
            .session
            .viewer()
            .is_some_and(|viewer| viewer.has_several_accounts)
    });
    let leaving = RwSignal::new(false);
    let refused = RwSignal::new(None::<AppError>);
    shell.forget_once_back(refused);
    let mut said = None;
    effect(move || {
        let now = refused.get().map(|error| words::refusal(&error));
        if let Some(now) = &now {
            shell.flash.warn(now.clone());
        } else if said.is_some() && shell.flash.message.get_untracked() == said {
            shell.flash.reset();
        }
        said = now;
    });
    let leave = move || {
        shell.call(leaving, sign_out(), move |answer| match answer {
            Ok(()) => {
                shell.flash.reset();
                shell.handover.sheet.set_value(None);
                shell.return_to.door.leave();
                shell.session.left_on_purpose.set_value(true);
                shell.set_viewer(None);
                // Public pages, such as Page not found, don't redirect after a sign-out.
                navigator.replace(&Page::SignIn);
            }
            Err(error) => {
                // The server may have ended the session. In that case the end of the session is
                // expected.
                shell
                    .session
                    .left_on_purpose
                    .set_value(words::is_lost(&error));
                refused.try_set(Some(error));
            }
        });
    };
    view! {
        <nav class="user-menu" aria-label="User">
            <Menu label=name>
                <When holds=move || is_full.get()>
                    <MenuLink href="/profile" label=words::MY_PROFILE />
                    <MenuLink href="/accounts" label="Accounts" />
                </When>
                <When holds=move || has_several.get()>
                    <MenuLink href="/sign-in/account" label=words::CHANGE_ACCOUNT />
                </When>
                <ThemeMenu />
                <MenuAction label=words::SIGN_OUT on_choose=leave />
            </Menu>
        </nav>
    }
}
