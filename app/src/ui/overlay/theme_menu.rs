use leptos::prelude::*;

use crate::{
    ui::{
        boxed::boxed_handler,
        browser::{id::unique_id, theme::Theme},
        layout::icon::{Glyph, Icon},
        text::text_content::text_content,
    },
    words,
};

/// The menu item `Theme`, which expands its three choices in place. The menu stays open, so that
/// the themes can be compared.
#[component]
pub fn ThemeMenu() -> impl IntoView {
    let unfolded = RwSignal::new(false);
    let theme = RwSignal::new(Theme::stored());
    let group_id = unique_id("theme");
    let choices = Theme::ALL.map(|choice| {
        let choose = move |_| {
            choice.choose();
            theme.set(choice);
        };
        view! {
            <button
                class="menu__item menu__item--choice"
                type="button"
                role="menuitemradio"
                tabindex="-1"
                aria-checked=move || if theme.get() == choice { "true" } else { "false" }
                on:click=boxed_handler(choose)
            >
                {choice.label()}
                <Icon glyph=Glyph::Check />
            </button>
        }
    });
    view! {
        <button
            class="menu__item"
            type="button"
            role="menuitem"
            tabindex="-1"
            aria-expanded=move || if unfolded.get() { "true" } else { "false" }
            aria-controls=group_id.clone()
            on:click=boxed_handler(move |_| unfolded.update(|unfolded| *unfolded = !*unfolded))
        >
            {words::THEME}
            <span class="menu__value" aria-hidden="true" use:text_content=Signal::derive(move || theme.get().label().to_owned())></span>
        </button>
        <div class="menu__group" id=group_id role="group" aria-label=words::THEME hidden=move || !unfolded.get()>
            {choices}
        </div>
    }
}
