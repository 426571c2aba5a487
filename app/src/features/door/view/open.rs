use std::time::Duration;

use leptos::prelude::*;

use crate::{
    routes::Page,
    shell::{navigator, shell},
    ui::{
        FocusHeading,
        boxed::{effect, later},
        waiting_card,
    },
    words,
};

/// `/door/open` of a complete session: loads the URL from the server, which leads to the
/// application.
#[component]
pub(crate) fn Door() -> impl IntoView {
    let (shell, navigator) = (shell(), navigator());
    let door = shell.return_to.door;
    let page = StoredValue::new(());
    effect(move || {
        // The offer of new backup codes comes first, because it is made only once.
        let offers = shell.handover.few_codes.read().is_some() || shell.handover.is_offering.get();
        let go_on = move || {
            if page.is_disposed() {
                return;
            }
            if offers {
                return door.show_url();
            }
            match door.pass() {
                Some(url) => drop(window().location().replace(&url)),
                None => navigator.replace(&Page::Home),
            }
        };
        // An accepted offer opens another page, which removes this one first.
        later(go_on, Duration::ZERO);
    });
    view! {
        <div class="page--narrow">
            <FocusHeading label=words::OPENING_APPLICATION />
            {waiting_card(4)}
        </div>
    }
}
