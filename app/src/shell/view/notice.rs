//! The notice below the header of every page: the server can't be reached, something else answers
//! instead, or there is a newer version.

use leptos::prelude::*;

use crate::{
    shell::shell,
    ui::{ButtonKind, When, boxed::memo, button, text_content},
    wire::connection::Connection,
    words,
};

/// Takes no space while it is empty. The notice is in the flow of the page, because an overlay
/// could cover controls that the user needs.
#[component]
pub(crate) fn Notice() -> impl IntoView {
    let shell = shell();
    let said = memo(move || {
        words::notice(
            shell.connection.state.get(),
            shell.connection.outdated.get(),
        )
    });
    let may_reload = memo(move || {
        let connection = shell.connection.state.get();
        connection.leads_on_by_reload()
            || shell.connection.outdated.get() && connection == Connection::Fine
    });
    let reload = || {
        let _ = window().location().reload();
    };
    view! {
        <div class="notice" class:notice--shown=move || said.read().is_some()>
            <p role="status" use:text_content=Signal::derive(move || said.get().unwrap_or_default().to_owned())></p>
            <When holds=move || may_reload.get()>
                {button("Reload", ButtonKind::Secondary, reload)}
            </When>
        </div>
    }
}
