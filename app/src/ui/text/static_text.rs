//! Text that never changes, in its element. Each page would otherwise add the type of its own
//! element, with the code that builds it.

use leptos::prelude::*;

/// A paragraph.
pub fn paragraph(text: &'static str) -> AnyView {
    view! { <p>{text}</p> }.into_any()
}

/// The paragraph below a page's heading.
pub fn lead(text: &'static str) -> AnyView {
    view! { <p class="lead">{text}</p> }.into_any()
}

/// A paragraph of less weight.
pub fn muted(text: &'static str) -> AnyView {
    view! { <p class="muted">{text}</p> }.into_any()
}

/// The heading of a section, which is labelled by it.
pub fn section_heading(id: &'static str, text: &'static str) -> AnyView {
    view! { <h2 id=id>{text}</h2> }.into_any()
}

/// The heading of a setting.
pub fn setting_heading(text: &'static str) -> AnyView {
    view! { <h3>{text}</h3> }.into_any()
}

/// An item of a list.
pub fn item(text: &'static str) -> AnyView {
    view! { <li>{text}</li> }.into_any()
}
