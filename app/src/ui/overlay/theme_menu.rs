use leptos::prelude::*;

use crate::ui::{
    browser::{id::unique_id, reactive::clicked, theme::Theme},
    layout::icon::{Glyph, Icon},
    text::{wording, written::written},
};

/// The menu item `Theme`, which expands its three choices in place. The menu stays open, so that the themes can be compared.
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
                on:click=clicked(choose)
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
            on:click=clicked(move |_| unfolded.update(|unfolded| *unfolded = !*unfolded))
        >
            {wording::THEME}
            <span class="menu__value" aria-hidden="true" use:written=Signal::derive(move || theme.get().label().to_owned())></span>
        </button>
        <div class="menu__group" id=group_id role="group" aria-label=wording::THEME hidden=move || !unfolded.get()>
            {choices}
        </div>
    }
}
