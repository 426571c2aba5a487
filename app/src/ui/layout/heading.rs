use std::sync::atomic::{AtomicBool, Ordering};

use leptos::{html, prelude::*};

use crate::{
    boot_protocol::meta,
    ui::{boxed::effect, browser::boot, text::text_content::text_content},
    words::plain,
};

/// Whether another page was already shown since the app started.
static SHOWN_BEFORE: AtomicBool = AtomicBool::new(false);

/// The page's heading. Sets the document's title and takes the focus when the page is reached by
/// navigation.
///
/// At first load the focus does not move, because the browser reads the page from the top. Then the
/// boot frame is removed.
#[component]
pub fn FocusHeading(
    /// The heading. The document's title is the heading, a dot and the brand.
    #[prop(into)]
    label: Signal<String>,
) -> impl IntoView {
    let heading = NodeRef::<html::H1>::new();
    effect(move || {
        let brand = boot::meta(meta::BRAND);
        document().set_title(&format!("{} · {brand}", plain(&label.read())));
    });
    heading.on_load(|heading| {
        if SHOWN_BEFORE.swap(true, Ordering::Relaxed) {
            let _ = heading.focus();
        } else {
            boot::leave();
        }
    });
    view! {
        <h1 tabindex="-1" node_ref=heading use:text_content=label></h1>
    }
}
