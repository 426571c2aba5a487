//! Who sees a page, and where everybody else is led.

use domain::session::policy::{Access, Standing};
use leptos::prelude::*;

use crate::{
    routes::{Page, redirect},
    shell::{Known, Shell, address::RightAddress, go, refused::in_words, shell},
    ui::{
        FocusHeading, FormError, Skeleton, When,
        browser::reactive::{effect, memo, shown},
    },
};

#[derive(Clone, PartialEq, Eq)]
enum Guard {
    Waiting,
    Elsewhere(Page, bool),
    /// For whom: another person who signs in from another tab gets a page of their own.
    Shown(Option<String>),
}

/// Shows a page to those who may see it, and leads everybody else to where they belong.
#[component]
pub(crate) fn Guarded(
    /// The page.
    page: Page,
    /// Its view.
    children: ChildrenFn,
) -> impl IntoView {
    let shell = shell();
    let go = go();
    let page = StoredValue::new(page);
    let guard = memo(move || {
        shell.known.with(|known| match known {
            Known::NotYet => Guard::Waiting,
            Known::Nobody | Known::Somebody(_) => {
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
        let (to, nobody) = match guard.get() {
            Guard::Elsewhere(to, nobody) => (to, nobody),
            // Whoever works in an account has left the set-up that another one demanded.
            Guard::Shown(_) if page.access() == Access::Full => {
                return shell.after_set_up.set(None);
            }
            Guard::Shown(_) => return note_forced(&shell),
            Guard::Waiting => return,
        };
        if to == Page::SetUp {
            let wanted = match &page {
                page if page.is_on_the_way_in() => shell.wanted.try_update(Option::take).flatten(),
                // What was to be verified went with the method.
                Page::StepUp(_) => None,
                page => Some(page.clone()),
            };
            shell.after_set_up.set(wanted.or(Some(Page::Home)));
        }
        let owes = nobody || matches!(to, Page::Verify | Page::ChooseAccount);
        if owes
            && !shell
                .left_on_purpose
                .try_update_value(std::mem::take)
                .unwrap_or_default()
            && !page.is_on_the_way_in()
        {
            shell.wanted.set(Some(page));
        }
        let back = if to == Page::Home {
            shell.wanted.try_update(Option::take).flatten()
        } else {
            None
        };
        go(back.unwrap_or(to), true);
    });
    shown(move || match guard.get() {
        Guard::Waiting => view! { <Waiting /> }.into_any(),
        Guard::Elsewhere(..) => ().into_any(),
        Guard::Shown(_) => children().into_any(),
    })
}

/// A forced set-up that was reloaded still ends in the account.
fn note_forced(shell: &Shell) {
    let is_forced = untrack(|| shell.viewer())
        .is_some_and(|viewer| matches!(viewer.standing, Standing::SetUpOnly { .. }));
    if is_forced && shell.after_set_up.read_untracked().is_none() {
        shell.after_set_up.set(Some(Page::Home));
    }
}

/// Until the server has said who is signed in.
#[component]
fn Waiting() -> impl IntoView {
    let shell = shell();
    let failed = in_words(shell.failed);
    view! {
        <div class="page--narrow">
            <When
                holds=move || failed.read().is_some()
                fallback=|| view! { <div class="card"><Skeleton lines=4 /></div> }
            >
                <FocusHeading label="This page can't be loaded" />
                <FormError error=failed retry=move || shell.refresh() />
                {shown(move || shell.failed.get().map(|error| view! { <RightAddress error /> }.into_any()).into_any())}
            </When>
        </div>
    }
}
