//! Decides who sees a page, and where others are redirected.

use domain::session::policy::Access;
use leptos::prelude::*;

use crate::{
    routes::{Page, redirect},
    shell::{
        Shell, address::RightAddress, navigator, session::KnownUser, shell,
        view::app_error_alert::in_words,
    },
    ui::{
        FocusHeading, FormError, When,
        boxed::{boxed_view, effect, memo},
        waiting_card,
    },
    words,
};

#[derive(Clone, PartialEq, Eq)]
enum Guard {
    Waiting,
    Elsewhere(Page, bool),
    /// The page is shown to this user. If another user signs in from another tab, the page is built
    /// again.
    Shown(Option<String>),
}

/// Shows a page to sessions that may see it, and redirects all others.
#[component]
pub(crate) fn Guarded(
    /// The page.
    page: Page,
    /// Its view.
    children: ChildrenFn,
) -> impl IntoView {
    let shell = shell();
    let navigator = navigator();
    let page = StoredValue::new(page);
    let guard = memo(move || {
        shell.session.known.with(|known| match known {
            KnownUser::NotYet => Guard::Waiting,
            KnownUser::SignedOut | KnownUser::SignedIn(_) => {
                let standing = known.viewer().map(|viewer| &viewer.standing);
                let person = known.viewer().map(|viewer| viewer.email.clone());
                page.with_value(|page| redirect(page, standing))
                    .map_or(Guard::Shown(person), |to| {
                        Guard::Elsewhere(to, standing.is_none())
                    })
            }
        })
    });
    effect(move || {
        let page = page.get_value();
        let guard = guard.get();
        if guard != Guard::Waiting && page.leaves_the_door() {
            shell.return_to.door.leave();
        }
        let (to, nobody) = match guard {
            Guard::Elsewhere(to, nobody) => (to, nobody),
            // A user who works in an account has left the set-up that another account required.
            Guard::Shown(_) if page.access() == Access::Full => {
                return shell.return_to.after_set_up.set(None);
            }
            Guard::Shown(_) => return note_forced(&shell),
            Guard::Waiting => return,
        };
        if to == Page::SetUp {
            let wanted = match &page {
                page if page.is_on_the_way_in() => shell.return_to.take_wanted(),
                // The action to verify needs the method, which no longer exists.
                Page::StepUp(_) => None,
                page => Some(page.clone()),
            };
            shell
                .return_to
                .after_set_up
                .set(wanted.or(Some(Page::Home)));
        }
        let owes = nobody || matches!(to, Page::Verify | Page::ChooseAccount);
        if owes && !shell.session.take_left_on_purpose() && !page.is_on_the_way_in() {
            shell.return_to.wanted.set(Some(page));
        }
        let back = if to == Page::Home {
            shell.return_to.take_wanted()
        } else {
            None
        };
        navigator.replace(&back.unwrap_or(to));
    });
    boxed_view(move || match guard.get() {
        Guard::Waiting => view! { <Waiting /> }.into_any(),
        Guard::Elsewhere(..) => ().into_any(),
        Guard::Shown(_) => children().into_any(),
    })
}

/// A forced set-up leads to the account even after a reload.
fn note_forced(shell: &Shell) {
    let is_forced = untrack(|| shell.session.is_forced());
    if is_forced && shell.return_to.after_set_up.read_untracked().is_none() {
        shell.return_to.after_set_up.set(Some(Page::Home));
    }
}

/// Shown until the server has answered who is signed in.
#[component]
fn Waiting() -> impl IntoView {
    let shell = shell();
    let failed = in_words(shell.session.failed);
    view! {
        <div class="page--narrow">
            <When
                holds=move || failed.read().is_some()
                fallback=|| waiting_card(4)
            >
                <FocusHeading label=words::PAGE_NOT_LOADED />
                <FormError error=failed retry=move || shell.refresh() />
                {boxed_view(move || shell.session.failed.get().map(|error| view! { <RightAddress error /> }.into_any()).into_any())}
            </When>
        </div>
    }
}
