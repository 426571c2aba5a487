use domain::members::PAGE;
use leptos::prelude::*;

use super::filters::Filters;
use crate::{
    features::accounts::state::last_page,
    ui::{Button, When, boxed::memo, text_content},
    words,
};

/// Buttons to the previous and next page of members; nothing if all members fit on one page.
#[component]
pub(super) fn Paging(
    filters: Filters,
    /// How many match.
    matching: Memo<u32>,
) -> impl IntoView {
    let page = memo(move || filters.question.read().page);
    let is_first = Signal::derive(move || page.get() == 0);
    let is_last = Signal::derive(move || page.get() >= last_page(matching.get()));
    let turn = move |by: i8| {
        filters.turn(
            page.get_untracked()
                .saturating_add_signed(by.into())
                .min(last_page(matching.get_untracked())),
        );
    };
    let range = Signal::derive(move || words::page_range(page.get(), matching.get()));
    view! {
        <When holds=move || { matching.get() > PAGE }>
            <nav class="paging" aria-label="Pages">
                <Button label="Previous" disabled=is_first on_press=move || turn(-1) />
                <p class="paging__range" use:text_content=range></p>
                <Button label="Next" disabled=is_last on_press=move || turn(1) />
            </nav>
        </When>
    }
}
