use leptos::prelude::*;

use super::{
    badges, buttons, choices, codes, dialogs, fields, frame::Family, icons, messages, navigation,
    tables,
};
use crate::ui::{
    FocusHeading, Glyph, Icon, Menu, SkipLink, ThemeMenu, focus_heading, follow_stored_theme,
    text::format::slug,
};

/// Title, specimens, and whether each theme gets the full width.
type Entry = (&'static str, fn() -> AnyView, bool);

const FAMILIES: [Entry; 10] = [
    ("Buttons", buttons::specimens, false),
    ("Fields", fields::specimens, false),
    ("Choices", choices::specimens, false),
    ("Codes", codes::specimens, false),
    ("Messages", messages::specimens, false),
    ("Badges and times", badges::specimens, false),
    ("Menus and steps", navigation::specimens, false),
    ("Dialogs and disclosures", dialogs::specimens, false),
    ("Tables", tables::specimens, true),
    ("Icons", icons::specimens, false),
];

/// The gallery page.
#[component]
pub(super) fn Gallery() -> impl IntoView {
    follow_stored_theme();
    // Fields that start with an error take the focus. Here the page should start at the top, or at
    // the fragment of the URL.
    request_animation_frame(|| {
        let place = window().location().hash().unwrap_or_default();
        match document().get_element_by_id(place.trim_start_matches('#')) {
            Some(family) => family.scroll_into_view(),
            None => focus_heading(),
        }
    });
    let link = |(title, ..): Entry| {
        view! { <a href=format!("#{}", slug(title))>{title}</a> }
    };
    let family = |(title, specimens, wide): Entry| view! { <Family title specimens wide /> };
    view! {
        // Not part of the product's style sheet; `cargo xtask gallery` adds it.
        <link rel="stylesheet" href="/gallery.css" />
        <SkipLink label="Skip to content" />
        <header class="header">
            <div class="header__inner">
                <a class="brand" href="/gallery"><Icon glyph=Glyph::Shield />"Gallery"</a>
                <nav class="user-menu" aria-label="Frame">
                    <Menu label="Frame of the page"><ThemeMenu /></Menu>
                </nav>
            </div>
        </header>
        <main id="main" class="page gallery" tabindex="-1">
            <FocusHeading label="Gallery" />
            <p class="lead">"Every widget in every state, on both canvases. Hover, focus and press them: those states are real too."</p>
            <nav class="gallery__contents" aria-label="Families">{FAMILIES.map(link)}</nav>
            {FAMILIES.map(family)}
        </main>
    }
}
