use leptos::prelude::*;

use crate::{document::support_url, ui::Disclosure, words};

/// Who can help somebody whose phone is gone.
#[component]
pub(super) fn LostDevice() -> impl IntoView {
    let help = match support_url() {
        Some(url) => view! {
            <p>{words::ASK_SUPPORT}</p>
            <p>
                <a href=url rel="noreferrer">
                    {words::SUPPORT}
                </a>
            </p>
        }
        .into_any(),
        None => view! { <p>{words::ASK_OWNER}</p> }.into_any(),
    };
    view! { <Disclosure label=words::LOST_DEVICE>{help}</Disclosure> }
}
