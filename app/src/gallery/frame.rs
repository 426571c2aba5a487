use std::sync::atomic::{AtomicUsize, Ordering};

use leptos::prelude::*;

use crate::ui::text::format::slug;

/// A family of widgets, shown in the light and in the dark theme.
#[component]
pub(super) fn Family(
    /// Its heading.
    title: &'static str,
    /// The specimens, created anew for each theme.
    specimens: fn() -> AnyView,
    /// Gives each theme the full width.
    #[prop(optional)]
    wide: bool,
) -> impl IntoView {
    let id = slug(title);
    let heading = format!("{id}-heading");
    view! {
        <section class="gallery__family" id=id aria-labelledby=heading>
            <h2 id=heading.clone()>{title}</h2>
            <div class="gallery__themes" class:gallery__themes--wide=wide>
                <div class="gallery__pane gallery__pane--light" role="group" aria-label=format!("{title}, light")>{specimens()}</div>
                <div class="gallery__pane gallery__pane--dark" role="group" aria-label=format!("{title}, dark")>{specimens()}</div>
            </div>
        </section>
    }
}

/// A widget in one state, and the name of that state.
#[component]
pub(super) fn Specimen(
    /// The name of the state.
    state: &'static str,
    /// The widget.
    children: Children,
) -> impl IntoView {
    view! {
        <figure class="gallery__specimen">
            <figcaption class="gallery__state">{state}</figcaption>
            {children()}
        </figure>
    }
}

/// A unique id for references within a widget, because every specimen is on the page twice.
pub(super) fn unique(prefix: &str) -> String {
    static NEXT: AtomicUsize = AtomicUsize::new(1);
    format!("gallery-{prefix}-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}
