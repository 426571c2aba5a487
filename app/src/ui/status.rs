use leptos::prelude::*;

use crate::reactive::{clicked, effect};

use super::{
    focus::focus_heading,
    icon::{Glyph, Icon},
    text,
    written::written,
};

/// The result of an action, said on the page people land on.
///
/// The live region stands in the page before its text: readers only announce a change inside a region they already know.
/// Put it once into the shell, above the routes.
#[component]
pub fn Status(
    /// What happened; `None` hides it. Dismissing sets it to `None`.
    message: RwSignal<Option<String>>,
) -> impl IntoView {
    let said = RwSignal::new(None::<String>);
    effect(move || {
        let next = message.get();
        request_animation_frame(move || {
            // The page may be gone by the next frame.
            said.try_set(next);
        });
    });
    let dismiss = move |_| {
        message.set(None);
        // The pressed button goes away with the message.
        focus_heading();
    };
    view! {
        <div class="status" class:status--shown=move || said.read().is_some()>
            <Icon glyph=Glyph::Check />
            <div class="status__text" role="status" use:written=Signal::derive(move || said.get().unwrap_or_default())></div>
            <button class="status__dismiss" type="button" aria-label=text::DISMISS on:click=clicked(dismiss)>
                <Icon glyph=Glyph::Close />
            </button>
        </div>
    }
}
