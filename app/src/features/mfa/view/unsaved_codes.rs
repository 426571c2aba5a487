//! Unsaved backup codes: asks once before the page is left.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement};

use crate::{
    shell::shell,
    ui::{ButtonKind, Dialog, ask_before_unload, button, on_capture, paragraph},
    words,
};

/// How the user was about to leave.
#[derive(Clone)]
enum Exit {
    /// A link, or an item of the menu.
    Link(HtmlElement),
    /// The browser's Back.
    Back,
}

/// While `unsaved`, the browser asks before the tab is closed or reloaded, and this component asks
/// before a link, the menu or Back.
#[component]
pub(super) fn AskBeforeLeaving(
    /// Whether there are codes to lose.
    unsaved: Signal<bool>,
    /// Whether the codes work only once they are finished.
    waits: bool,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let exit = StoredValue::new_local(None::<Exit>);
    let (asked, returning) = (StoredValue::new(false), StoredValue::new(false));
    let ask = move |about: Exit| {
        exit.set_value(Some(about));
        open.set(true);
    };
    let is_due = move || unsaved.get_untracked() && !asked.get_value();

    ask_before_unload(Box::new(move || {
        unsaved.try_get_untracked().unwrap_or_default()
    }));
    let clicked = move |event: Event| {
        if let Some(link) = link(&event).filter(|_| is_due()) {
            event.prevent_default();
            event.stop_propagation();
            ask(Exit::Link(link));
        }
    };
    on_capture(document().into(), "click", Box::new(clicked));
    // The URL has already changed. The handler restores it before the router reads it, by as many
    // history steps as necessary.
    let (shell, own) = (shell(), path());
    shell
        .return_to
        .keeps_page
        .set_value(Some(Callback::new(move |()| {
            if path() == own {
                let returned = returning.get_value();
                returning.set_value(false);
                return returned;
            }
            let is_due = is_due();
            if is_due {
                returning.set_value(true);
                let _ = window().history().and_then(|history| history.forward());
                ask(Exit::Back);
            }
            is_due
        })));
    on_cleanup(move || shell.return_to.keeps_page.set_value(None));

    let leave = move || {
        asked.set_value(true);
        open.set(false);
        match exit.try_update_value(Option::take).flatten() {
            Some(Exit::Link(link)) => link.click(),
            Some(Exit::Back) => {
                let _ = window().history().and_then(|history| history.back());
            }
            None => {}
        }
    };
    view! {
        <Dialog open label=words::LEAVE_WITHOUT_SAVING>
            {paragraph(words::codes_lost(waits))}
            <div class="actions">
                {button("Stay", ButtonKind::Primary, move || open.set(false))}
                {button("Leave", ButtonKind::Secondary, leave)}
            </div>
        </Dialog>
    }
}

fn path() -> String {
    window().location().pathname().unwrap_or_default()
}

/// The pressed link or menu item, if it leaves the page.
fn link(event: &Event) -> Option<HtmlElement> {
    let target = event.target()?.dyn_into::<Element>().ok()?;
    let link = target.closest("a[href^='/'], [data-leaves]").ok()??;
    link.dyn_into().ok()
}
