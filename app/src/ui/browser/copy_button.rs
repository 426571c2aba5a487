use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};

use crate::{
    ui::{
        boxed::later,
        browser::clipboard::{copy_text, select_contents},
        form::button::{Button, ButtonKind},
        layout::icon::Glyph,
        text::text_content::text_content,
    },
    words,
};

/// How long the tick is shown: long enough to be seen, short enough not to look like a state.
const SAID_FOR: Duration = Duration::from_secs(4);

/// Copies a text and confirms it. If the clipboard is refused, it selects the text and explains how
/// to copy it by hand.
#[component]
pub fn CopyButton(
    /// The label, such as `Copy key`.
    #[prop(into)]
    label: Signal<String>,
    /// The text to copy.
    #[prop(into)]
    text: Signal<String>,
    /// Id of the element that shows that text.
    #[prop(into)]
    source: String,
    /// The button's kind.
    #[prop(optional)]
    kind: ButtonKind,
    /// Called when the text is on the clipboard. Not called if the text was only selected, because
    /// the result is then unknown.
    #[prop(optional, into)]
    on_copy: Option<Callback<()>>,
) -> impl IntoView {
    let said = RwSignal::new("");
    let source = StoredValue::new(source);
    let copy = move || {
        said.set("");
        spawn_local(async move {
            let value = text.get_untracked();
            // Uses `try_`, because the page may have been left while the browser asked for
            // permission.
            if copy_text(&value).await.is_ok() {
                said.try_set(words::COPIED);
                let fade = move || {
                    said.try_update(|said| {
                        if *said == words::COPIED {
                            *said = "";
                        }
                    });
                };
                later(fade, SAID_FOR);
                if let Some(on_copy) = on_copy {
                    on_copy.try_run(());
                }
            } else {
                source.try_with_value(|id| select_contents(id));
                said.try_set(words::COPY_BY_HAND);
            }
        });
    };
    let icon = Signal::derive(move || {
        if said.get() == words::COPIED {
            Glyph::Check
        } else {
            Glyph::Copy
        }
    });
    view! {
        <span class="copy">
            <Button label kind icon on_press=copy />
            <span class="copy__said" class:copy__said--done=move || said.get() == words::COPIED role="status" use:text_content=Signal::derive(move || said.get().to_owned())></span>
        </span>
    }
}
