use leptos::prelude::*;

use super::settings::Settings;
use crate::{
    api::profile::view,
    shell::{Load, shell},
    ui::{
        ButtonKind, Detail, DetailsList, FocusHeading, FormError, LinkButton, Name, RelativeTime,
        Skeleton, boxed::boxed_view, section_heading, text_content,
    },
    words::{self, named},
};

/// `/profile`: the current user and their MFA settings.
#[component]
pub(crate) fn Profile() -> impl IntoView {
    let load = Load::with(shell().handover.take_profile(), view);
    let on_change = Callback::new(move |()| load.reload());
    view! {
        <div class="page--narrow stack">
            <FocusHeading label=words::MY_PROFILE />
            {boxed_view(move || load.result().map_or_else(
                || view! { <div class="card"><Skeleton lines=6 /></div> }.into_any(),
                |answer| match answer {
                    Ok(profile) => view! { <Loaded profile on_change /> }.into_any(),
                    Err(error) => view! { <FormError error=Some(words::refusal(&error)) retry=move || load.reload() /> }.into_any(),
                },
            ))}
        </div>
    }
}

#[component]
fn Loaded(profile: usecases::profile::Profile, on_change: Callback<()>) -> impl IntoView {
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
            <LinkButton href="/profile/password" label=words::CHANGE_PASSWORD kind=ButtonKind::Quiet />
        </section>
        <Settings profile=settings on_change />
    }
}
