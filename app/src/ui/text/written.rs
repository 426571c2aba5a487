use leptos::prelude::*;
use web_sys::Element;

use crate::ui::{
    browser::reactive::effect,
    text::pure::{Part, parts},
};

/// Writes words to the element that owns them, and again whenever they change: `<p use:written=words></p>`.
///
/// A text node is never written to. A translator in the browser replaces text nodes, and what is written to a replaced one is not seen.
/// Names in the words ([`named`](crate::ui::text::pure::named)) get an element of their own: it is not translated and has its own direction.
pub fn written(element: Element, words: Signal<String>) {
    let mut shown = words.get_untracked();
    write(&element, &shown);
    effect(move || {
        let Some(now) = words.try_get() else { return };
        // The same words are not written again: a live region would repeat them.
        if now != shown {
            write(&element, &now);
            shown = now;
        }
    });
}

fn write(element: &Element, words: &str) {
    element.set_text_content(None);
    for part in parts(words) {
        match part {
            Part::Words(words) => drop(element.append_with_str_1(words)),
            Part::Name(name) => {
                if let Ok(own) = document().create_element("bdi") {
                    let _ = own.set_attribute("translate", "no");
                    own.set_text_content(Some(name));
                    let _ = element.append_child(&own);
                }
            }
        }
    }
}

/// What belongs to somebody: a name, an address, the brand. It is not translated and has its own direction.
#[component]
pub fn Name(
    /// The text as it is.
    #[prop(into)]
    text: Signal<String>,
) -> impl IntoView {
    view! { <bdi translate="no" use:written=text></bdi> }
}
