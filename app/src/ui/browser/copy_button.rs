use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};

use crate::ui::{
    browser::{
        clipboard::{copy_text, select_contents},
        reactive::later,
    },
    form::button::{Button, ButtonKind},
    layout::icon::Glyph,
    text::{wording, written::written},
};

/// How long the tick stands: long enough to be seen, short enough not to be taken for a state.
const SAID_FOR: Duration = Duration::from_secs(4);

/// Copies a text and says so; where the clipboard is refused it selects the text and says how to copy it by hand.
#[component]
pub fn CopyButton(
    /// What it says, `Copy key`.
    #[prop(into)]
    label: Signal<String>,
    /// What it copies.
    #[prop(into)]
    text: Signal<String>,
    /// Id of the element that shows that text.
    #[prop(into)]
    source: String,
    /// Its weight.
    #[prop(optional)]
    kind: ButtonKind,
    /// Called when the text is on the clipboard; not where it only stands selected, as nobody knows what became of it.
    #[prop(optional, into)]
    on_copy: Option<Callback<()>>,
) -> impl IntoView {
    let said = RwSignal::new("");
    let source = StoredValue::new(source);
    let copy = move || {
        said.set("");
        spawn_local(async move {
            let value = text.get_untracked();
            // The page may have been left while the browser asked for permission: hence `try_`.
            if copy_text(&value).await.is_ok() {
                said.try_set(wording::COPIED);
                let fade = move || {
                    said.try_update(|said| {
                        if *said == wording::COPIED {
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
                said.try_set(wording::COPY_BY_HAND);
            }
        });
    };
    let icon = Signal::derive(move || {
        if said.get() == wording::COPIED {
            Glyph::Check
        } else {
            Glyph::Copy
        }
    });
    view! {
        <span class="copy">
            <Button label kind icon on_press=copy />
            <span class="copy__said" class:copy__said--done=move || said.get() == wording::COPIED role="status" use:written=Signal::derive(move || said.get().to_owned())></span>
        </span>
    }
}
