use leptos::prelude::*;
use leptos_router::components::A;

use crate::{
    features::door::view::Applications,
    shell::shell,
    ui::{
        Badge, BadgeKind, ButtonKind, FocusHeading, When,
        boxed::{boxed_view, memo},
        lead, link_button, paragraph, section_heading,
    },
    words::{self, named},
};

/// `/`: the account, and whether the user is protected by MFA.
#[component]
pub(crate) fn Home() -> impl IntoView {
    let shell = shell();
    let account = memo(move || shell.session.viewer().and_then(|viewer| viewer.account));
    let has_mfa = memo(move || shell.session.has_mfa());
    let heading = Signal::derive(move || {
        let account = account.read();
        account
            .as_deref()
            .map_or_else(|| words::NO_ACCOUNT_YET.to_owned(), named)
    });
    view! {
        <div class="page--narrow stack">
            <FocusHeading label=heading />
            <When holds=move || account.read().is_none()>
                {lead(words::NO_ACCOUNT)}
            </When>
            <Applications />
            <section class="card" aria-labelledby="sign-in-security">
                <div class="card__head">
                    {section_heading("sign-in-security", words::SIGN_IN_SECURITY)}
                    {boxed_view(move || if has_mfa.get() {
                        view! { <Badge label=words::MFA_IS_ON kind=BadgeKind::Ok /> }.into_any()
                    } else {
                        view! { <Badge label=words::MFA_IS_OFF kind=BadgeKind::Off /> }.into_any()
                    })}
                </div>
                {boxed_view(move || if has_mfa.get() {
                    paragraph(words::two_factors(shell.session.default_type()))
                } else {
                    view! {
                        {paragraph(words::ADD_A_FACTOR)}
                        <div class="actions">{link_button("/profile/mfa/new", words::ADD_MFA, ButtonKind::Secondary)}</div>
                    }.into_any()
                })}
                <p><A href="/profile">{words::MY_PROFILE}</A></p>
            </section>
        </div>
    }
}
