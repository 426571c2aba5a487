use domain::second_factor::{methods::MethodType, step_up::Intent};
use leptos::prelude::*;
use usecases::profile::Method;

use crate::{
    features::mfa::{key_prompt::is_key, view::suggest},
    shell::shell,
    ui::{
        ButtonKind, When,
        browser::{keys, storage},
        button, focus_heading, paragraph,
    },
    words,
};

/// The key of `localStorage` for a user who wants no suggestion. The scripts do not read it.
const DISMISSED: &str = "no-passkey-hint";

/// Suggests a passkey to a user who has only authenticator applications, where keys work.
pub(super) fn passkey_hint(methods: &[Method], act: Callback<Intent>) -> AnyView {
    let has_key = methods.iter().any(|method| is_key(method.method_type));
    if has_key || keys::trouble().is_some() || storage::load(DISMISSED).is_some() {
        return ().into_any();
    }
    let shell = shell();
    let shown = RwSignal::new(true);
    let add = move || {
        let choice = suggest(MethodType::Passkey, &shell.session.methods());
        shell.handover.end_set_up();
        shell.handover.method_choice.set_value(Some(choice));
        act.run(Intent::Add);
    };
    let dismiss = move || {
        storage::store(DISMISSED, Some("1"));
        shown.set(false);
        focus_heading();
    };
    view! {
        <When holds=shown>
            <div class="setting">
                <div class="setting__text">{paragraph(words::ADD_A_PASSKEY_TOO)}</div>
                <div class="actions">
                    {button(words::ADD_A_PASSKEY, ButtonKind::Secondary, add)}
                    {button(words::NOT_NOW, ButtonKind::Quiet, dismiss)}
                </div>
            </div>
        </When>
    }
    .into_any()
}
