use domain::session::policy::Standing;
use leptos::prelude::*;

use super::rule::Rules;
use crate::{
    shell::shell,
    ui::{ButtonKind, Dialog, boxed::boxed_view, button, paragraph},
    words,
};

/// Explains the effect of requiring MFA and asks for confirmation.
#[component]
pub(super) fn RequireDialog(rules: Rules) -> impl IntoView {
    let shell = shell();
    let account = rules.account;
    let label = Signal::derive(move || {
        let account = account.read();
        let name = account.as_ref().map_or("", |account| &account.name);
        words::ask_require_mfa_for(name)
    });
    let effect = Signal::derive(move || {
        let account = account.read();
        let protection = account.as_ref().and_then(|account| account.protection);
        protection.map(words::rule_effect).unwrap_or_default()
    });
    let own_effect = move || {
        let viewer = shell.session.viewer().filter(|viewer| !viewer.has_mfa)?;
        let account = account.read();
        let is_worked_in = matches!(
            &viewer.standing,
            Standing::Full { account: Some(worked_in), .. } if *worked_in == account.as_ref()?.id
        );
        Some(words::own_effect(is_worked_in))
    };
    view! {
        <Dialog open=rules.asking label>
            {paragraph(effect)}
            {boxed_view(move || own_effect().map(paragraph).into_any())}
            <div class="actions">
                {button(words::REQUIRE_MFA, ButtonKind::Primary, move || rules.change())}
                {button("Cancel", ButtonKind::Secondary, move || rules.asking.set(false))}
            </div>
        </Dialog>
    }
}
