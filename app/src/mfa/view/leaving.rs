//! Unsaved backup codes: leaving them asks once.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::ui::{Button, ButtonKind, Dialog};

/// While `unsaved`, closing or reloading the tab lets the browser ask, and a link of this page asks here.
#[component]
pub(super) fn AskBeforeLeaving(
    /// Whether there is something to lose.
    #[prop(into)]
    unsaved: Signal<bool>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let wanted = StoredValue::new_local(None::<HtmlElement>);
    let asked = StoredValue::new(false);
    let is_due = move || unsaved.get_untracked() && !asked.get_value();

    let closing = window_event_listener(ev::beforeunload, move |event| {
        if unsaved.try_get_untracked().unwrap_or_default() {
            event.prevent_default();
        }
    });
    // In the capture phase: before the router follows the link.
    let catch = wasm_bindgen::closure::Closure::<dyn Fn(web_sys::Event)>::new(
        move |event: web_sys::Event| {
            let target = event
                .target()
                .and_then(|target| target.dyn_into::<Element>().ok());
            let link = target
                .and_then(|target| target.closest("a[href^='/'], [data-leaves]").ok().flatten());
            let Some(link) = link.and_then(|link| link.dyn_into::<HtmlElement>().ok()) else {
                return;
            };
            if is_due() {
                event.prevent_default();
                event.stop_propagation();
                wanted.set_value(Some(link));
                open.set(true);
            }
        },
    );
    let catcher = catch.as_ref().clone();
    let _ = document().add_event_listener_with_callback_and_bool(
        "click",
        catcher.unchecked_ref(),
        true,
    );
    let catch = StoredValue::new_local(Some(catch));
    on_cleanup(move || {
        closing.remove();
        if let Some(catch) = catch.try_update_value(Option::take).flatten() {
            let _ = document().remove_event_listener_with_callback_and_bool(
                "click",
                catch.as_ref().unchecked_ref(),
                true,
            );
        }
    });

    let leave = move || {
        asked.set_value(true);
        open.set(false);
        if let Some(link) = wanted.try_update_value(Option::take).flatten() {
            link.click();
        }
    };
    view! {
        <Dialog open label="Leave without saving the codes?">
            <p>"These codes are shown only here. Without them and without your device you can't sign in."</p>
            <div class="actions">
                <Button label="Stay" kind=ButtonKind::Primary on_press=move || open.set(false) />
                <Button label="Leave" on_press=leave />
            </div>
        </Dialog>
    }
}
