use leptos::prelude::*;

use crate::words;

/// A card whose content loads.
pub fn waiting_card(lines: u8) -> AnyView {
    view! { <div class="card"><Skeleton lines /></div> }.into_any()
}

/// Reserves the space of a card while its content loads, so that the layout does not jump.
#[component]
pub fn Skeleton(
    /// Lines of text to expect.
    #[prop(default = 3)]
    lines: u8,
) -> impl IntoView {
    let line = |_| view! { <span class="skeleton__line"></span> }.into_any();
    view! {
        <div class="skeleton" role="status">
            <span class="visually-hidden">{words::LOADING}</span>
            {(0..lines).map(line).collect_view()}
        </div>
    }
}
