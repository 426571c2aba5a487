use leptos::prelude::*;

use crate::{
    ui::{
        boxed::{boxed_handler, effect, next_frame},
        browser::focus::{bring_into_view, focus_heading},
        layout::icon::{Glyph, Icon},
        text::text_content::text_content,
    },
    words,
};

/// The result of an action, shown on the page that follows.
///
/// The live region is on the page before its text, because screen readers announce only changes
/// inside a region that they already know.
/// Put it once into the shell, above the routes.
#[component]
pub fn Status(
    /// What happened; `None` hides it. Dismissing sets it to `None`.
    message: RwSignal<Option<String>>,
    /// Whether it is a warning.
    #[prop(into)]
    warns: Signal<bool>,
) -> impl IntoView {
    let said = RwSignal::new(None::<String>);
    effect(move || {
        let next = message.get();
        next_frame(move || {
            // The component may be disposed before the next frame.
            let is_said = next.is_some();
            said.try_set(next);
            if is_said {
                bring_into_view(".status");
            }
        });
    });
    let dismiss = move |_| {
        message.set(None);
        // The pressed button disappears with the message.
        focus_heading();
    };
    let glyph = Signal::derive(move || {
        if warns.get() {
            Glyph::Warning
        } else {
            Glyph::Check
        }
    });
    let class = move || match (said.read().is_some(), warns.get()) {
        (false, _) => "status",
        (true, false) => "status status--shown",
        (true, true) => "status status--shown status--warning",
    };
    view! {
        <div class=class>
            <Icon glyph />
            <div class="status__text" role="status" use:text_content=Signal::derive(move || said.get().unwrap_or_default())></div>
            <button class="status__dismiss" type="button" aria-label=words::DISMISS on:click=boxed_handler(dismiss)>
                <Icon glyph=Glyph::Close />
            </button>
        </div>
    }
}
