//! Text in its element. Each page would otherwise add the type of its own element, with the code
//! that builds it.

use leptos::prelude::*;

use crate::ui::text::text_content::text_content;

/// A paragraph.
pub fn paragraph(words: impl Into<Signal<String>>) -> AnyView {
    paragraph_of("", words.into())
}

/// The paragraph below a page's heading.
pub fn lead(words: impl Into<Signal<String>>) -> AnyView {
    paragraph_of("lead", words.into())
}

/// A paragraph of less weight.
pub fn muted(words: impl Into<Signal<String>>) -> AnyView {
    paragraph_of("muted", words.into())
}

/// A paragraph with a class.
pub fn paragraph_of(class: &'static str, words: Signal<String>) -> AnyView {
    view! { <p class=class use:text_content=words></p> }.into_any()
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
