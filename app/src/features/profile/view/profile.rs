use leptos::prelude::*;

use super::{
    card_state::{CardForms, OpenForm},
    settings::Settings,
};
use crate::{
    api::profile::view,
    shell::{Load, shell},
    ui::{
        ButtonKind, Detail, DetailsList, FocusHeading, Name, RelativeTime, boxed::boxed_view,
        link_button, section_heading, text_content,
    },
    words::{self, named},
};

/// `/profile`: the current user and their MFA settings.
#[component]
pub(crate) fn Profile() -> impl IntoView {
    let load = Load::with(shell().handover.take_profile(), view);
    // The list stays until the newer one is there.
    let on_change = Callback::new(move |()| load.again());
    let forms = CardForms {
        test: OpenForm::new(),
        rename: OpenForm::new(),
    };
    view! {
        <div class="page--narrow stack">
            <FocusHeading label=words::MY_PROFILE />
            {boxed_view(move || match load.result() {
                Some(Ok(profile)) => view! { <Loaded profile forms on_change /> }.into_any(),
                _ => load.without_answer(6),
            })}
        </div>
    }
}

#[component]
fn Loaded(
    profile: usecases::profile::Profile,
    forms: CardForms,
    on_change: Callback<()>,
) -> impl IntoView {
    let accounts = profile.accounts.iter().map(|account| {
        format!(
            "{} ({})",
            named(&account.account),
            words::role(account.role)
        )
    });
    let accounts = accounts.collect::<Vec<_>>().join(", ");
    let accounts = if accounts.is_empty() {
        words::NONE_YET.to_owned()
    } else {
        accounts
    };
    let settings = profile.clone();
    view! {
        <section class="card" aria-labelledby="user">
            {section_heading("user", words::CURRENT_USER)}
            <DetailsList>
                <Detail label=words::FULL_NAME><Name text=profile.name.clone() /></Detail>
                <Detail label="Email"><Name text=profile.email.clone() /></Detail>
                <Detail label="Accounts"><span use:text_content=accounts.into()></span></Detail>
                <Detail label=words::LAST_SIGN_IN>
                    {profile.last_sign_in.map(|at| view! { <RelativeTime at=at.millis() /> }.into_any())}
                </Detail>
            </DetailsList>
            {link_button("/profile/password", words::CHANGE_PASSWORD, ButtonKind::Quiet)}
        </section>
        <Settings profile=settings forms on_change />
    }
}
