use leptos::prelude::*;

use crate::ui::text::written::written;

/// A table that becomes a stack of cards where there is no room for its columns.
///
/// Its roles are said again, because an element that is displayed as a block loses those of a table.
#[component]
pub fn Table(
    /// What it holds; only said.
    #[prop(into)]
    caption: Signal<String>,
    /// The columns' names.
    columns: Vec<&'static str>,
    /// True while newer rows are on their way; those from before stay.
    #[prop(optional, into)]
    loading: Signal<bool>,
    /// The rows: `tr` of role `row`, with `RowHead` and `Cell`.
    children: Children,
) -> impl IntoView {
    let head = |name| {
        view! { <th class="table__name" role="columnheader" scope="col">{name}</th> }.into_any()
    };
    view! {
        <div class="table-box" aria-busy=move || loading.get().then_some("true")>
            <table class="table" role="table">
                <caption class="visually-hidden" use:written=caption></caption>
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

/// Rows by what they are about: a row stays while newer ones come, with the focus in it, and never becomes that of another.
#[component]
pub fn Rows(
    /// The ids, in their order.
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
    /// The column's name, shown before the content where the cells are stacked.
    label: &'static str,
    /// Its content.
    children: Children,
) -> impl IntoView {
    view! { <td class="table__cell" role="cell" data-label=label><div class="table__content">{children()}</div></td> }
}
