use leptos::prelude::*;
use web_sys::Element;

use crate::{
    ui::boxed::effect,
    words::{Part, parts},
};

/// Writes a text to its element, and again whenever it changes: `<p use:text_content=words></p>`.
///
/// The text is never written to a text node, because a translator in the browser replaces text
/// nodes, and changes to a replaced node are invisible. Names in the text
/// ([`named`](crate::words::named)) get their own element, which is not translated and has its own
/// direction.
pub fn text_content(element: Element, words: Signal<String>) {
    let mut shown = words.get_untracked();
    write(&element, &shown);
    effect(move || {
        let Some(now) = words.try_get() else { return };
        // The same text is not written again, because a live region would repeat it.
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

/// Text that belongs to a user or the operator: a name, an address, the brand. The text is not
/// translated and has its own direction.
#[component]
pub fn Name(
    /// The text.
    #[prop(into)]
    text: Signal<String>,
) -> impl IntoView {
    view! { <bdi translate="no" use:text_content=text></bdi> }
}
