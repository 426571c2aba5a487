//! Unsaved backup codes: leaving them asks once.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement};

use crate::{
    shell::shell,
    ui::{Button, ButtonKind, Dialog, ask_before_unload, on_capture},
    words,
};

/// Where the person was about to go.
#[derive(Clone)]
enum Way {
    /// A link, or an item of the menu.
    Link(HtmlElement),
    /// The browser's Back.
    Back,
}

/// While `unsaved`, closing or reloading the tab lets the browser ask, and a link, the menu or Back asks here.
#[component]
pub(super) fn AskBeforeLeaving(
    /// Whether there is something to lose.
    unsaved: Signal<bool>,
    /// Whether the codes work only once they are finished.
    waits: bool,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let way = StoredValue::new_local(None::<Way>);
    let (asked, returning) = (StoredValue::new(false), StoredValue::new(false));
    let ask = move |about: Way| {
        way.set_value(Some(about));
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
            ask(Way::Link(link));
        }
    };
    on_capture(document().into(), "click", Box::new(clicked));
    // The address has changed by then: it is put back before the router looks at it, by as many steps as it takes.
    let (shell, own) = (shell(), path());
    shell.stays.set_value(Some(Callback::new(move |()| {
        if path() == own {
            let returned = returning.get_value();
            returning.set_value(false);
            return returned;
        }
        let is_due = is_due();
        if is_due {
            returning.set_value(true);
            let _ = window().history().and_then(|history| history.forward());
            ask(Way::Back);
        }
        is_due
    })));
    on_cleanup(move || shell.stays.set_value(None));

    let leave = move || {
        asked.set_value(true);
        open.set(false);
        match way.try_update_value(Option::take).flatten() {
            Some(Way::Link(link)) => link.click(),
            Some(Way::Back) => {
                let _ = window().history().and_then(|history| history.back());
            }
            None => {}
        }
    };
    view! {
        <Dialog open label="Leave without saving the codes?">
            <p>{words::codes_lost(waits)}</p>
            <div class="actions">
                <Button label="Stay" kind=ButtonKind::Primary on_press=move || open.set(false) />
                <Button label="Leave" on_press=leave />
            </div>
        </Dialog>
    }
}

fn path() -> String {
    window().location().pathname().unwrap_or_default()
}

/// What was pressed, if it leads away.
fn link(event: &Event) -> Option<HtmlElement> {
    let target = event.target()?.dyn_into::<Element>().ok()?;
    let link = target.closest("a[href^='/'], [data-leaves]").ok()??;
    link.dyn_into().ok()
}
