use leptos::prelude::*;

use crate::ui::text::text_content::text_content;

/// A table that becomes a stack of cards if its columns don't fit.
///
/// The roles are set explicitly, because an element that is displayed as a block loses the roles of
/// a table.
#[component]
pub fn Table(
    /// The caption, only for screen readers.
    #[prop(into)]
    caption: Signal<String>,
    /// The columns' names.
    columns: Vec<&'static str>,
    /// True while newer rows load. The old rows stay visible.
    #[prop(optional, into)]
    loading: Signal<bool>,
    /// The rows: `tr` with role `row`, with `RowHead` and `Cell`.
    children: Children,
) -> impl IntoView {
    let head = |name| {
        view! { <th class="table__name" role="columnheader" scope="col">{name}</th> }.into_any()
    };
    view! {
        <div class="table-box" aria-busy=move || loading.get().then_some("true")>
            <table class="table" role="table">
                <caption class="visually-hidden" use:text_content=caption></caption>
                <thead class="table__head" role="rowgroup">
                    <tr role="row">{columns.into_iter().map(head).collect_view()}</tr>
                </thead>
                <tbody class="table__body" role="rowgroup">
                    {children()}
                </tbody>
            </table>
        </div>
    }
}

/// Rows keyed by id. A row and its focus stay when newer rows arrive, and a row is never reused for
/// another id.
#[component]
pub fn Rows(
    /// The ids, in order.
    ids: Signal<Vec<String>>,
    /// The row of an id.
    row: Callback<String, AnyView>,
) -> impl IntoView {
    view! { <For each=move || ids.get() key=String::clone children=move |id| row.run(id) /> }
}

/// The cell that names its row.
#[component]
pub fn RowHead(
    /// Its content.
    children: Children,
) -> impl IntoView {
    view! { <th class="table__cell table__cell--head" role="rowheader" scope="row">{children()}</th> }
}

/// A cell.
#[component]
pub fn Cell(
    /// The column's name, shown before the content if the cells are stacked.
    label: &'static str,
    /// Its content.
    children: Children,
) -> impl IntoView {
    view! { <td class="table__cell" role="cell" data-label=label><div class="table__content">{children()}</div></td> }
}
