use leptos::{ev::MouseEvent, prelude::*};

use crate::{
    ui::{boxed::boxed_handler, browser::id::unique_id, text::text_content::text_content},
    words,
};

/// A switch that takes effect at once, without a form.
///
/// The switch never changes by itself: a press sends a request, and `checked` follows the confirmed
/// state.
#[component]
pub fn Switch(
    /// The name of the switch, which says what On means.
    #[prop(into)]
    label: Signal<String>,
    /// On or off.
    #[prop(into)]
    checked: Signal<bool>,
    /// True while a request is running.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// Why it can't be changed. The switch stays focusable, so that the reason can be read.
    #[prop(optional, into)]
    fixed_because: Option<Signal<String>>,
    /// Called on each effective press.
    #[prop(optional, into)]
    on_press: Option<Callback<()>>,
) -> impl IntoView {
    let fixed = fixed_because.is_some();
    let reason_id = unique_id("switch");
    let described_by = fixed.then(|| reason_id.clone());
    let press = move |_: MouseEvent| {
        if !fixed
            && !busy.get_untracked()
            && let Some(on_press) = on_press
        {
            on_press.run(());
        }
    };
    let state = Signal::derive(move || {
        let state = if busy.get() {
            words::WORKING
        } else if checked.get() {
            words::ON
        } else {
            words::OFF
        };
        state.to_owned()
    });
    view! {
        <div class="switch">
            <button
                class="switch__button"
                type="button"
                role="switch"
                // The name contains an account's name.
                translate="no"
                aria-label=move || label.get()
                aria-checked=move || if checked.get() { "true" } else { "false" }
                aria-busy=move || busy.get().then_some("true")
                aria-disabled=move || (fixed || busy.get()).then_some("true")
                aria-describedby=described_by
                on:click=boxed_handler(press)
            >
                <span class="switch__track"></span>
            </button>
            // Hidden from screen readers, because `aria-checked` and `aria-busy` already say it.
            <span class="switch__state" aria-hidden="true" use:text_content=state></span>
            {fixed_because.map(|reason| view! { <p class="switch__reason" id=reason_id use:text_content=reason></p> }.into_any())}
        </div>
    }
}
