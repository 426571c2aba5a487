use leptos::prelude::*;
use leptos_router::components::A;

use crate::{
    profile::api::Method,
    routes::Page,
    shell::{go, shell},
    ui::{
        Alert, AlertKind, Badge, BadgeKind, Button, ButtonKind, Detail, DetailsList, RelativeTime,
    },
};

/// Below this many codes My profile warns.
const FEW_CODES: u32 = 3;

/// The region `MFA settings`.
#[component]
pub(super) fn Settings(method: Option<Method>) -> impl IntoView {
    let is_on = method.is_some();
    view! {
        <section class="card" aria-labelledby="mfa-settings">
            <div class="card__head">
                <h2 id="mfa-settings">"MFA settings"</h2>
                {if is_on { view! { <Badge label="On" kind=BadgeKind::Ok /> } } else { view! { <Badge label="Off" kind=BadgeKind::Off /> } }}
            </div>
            {match method {
                Some(method) => view! { <Details method /> }.into_any(),
                None => view! { <Invite /> }.into_any(),
            }}
        </section>
    }
}

#[component]
fn Invite() -> impl IntoView {
    let go = go();
    view! {
        <p>"MFA is off: your password alone signs you in."</p>
        <div class="actions">
            <Button label="Add new method" kind=ButtonKind::Primary on_press=move || go(Page::NewMethod, false) />
            <Button label="Generate backup codes" disabled=true described_by="generate-why" />
        </div>
        <p id="generate-why" class="muted">"Add an MFA method first"</p>
    }
}

#[component]
fn Details(method: Method) -> impl IntoView {
    let shell = shell();
    let has_unsaved_codes = Memo::new(move |_| {
        shell
            .viewer()
            .is_some_and(|viewer| viewer.has_unsaved_codes)
    });
    view! {
        <DetailsList>
            <Detail label="Name">{method.name}</Detail>
            <Detail label="Type">"Authenticator application"</Detail>
            <Detail label="Default">"Yes"</Detail>
            <Detail label="Status">"Active"</Detail>
            <Detail label="Added"><RelativeTime at=method.added_at.millis() /></Detail>
            <Detail label="Last used">{method.used_at.map(|at| view! { <RelativeTime at=at.millis() /> })}</Detail>
        </DetailsList>
        <Codes left=method.codes_left />
        {(!method.codes_saved).then(|| view! {
            <Alert kind=AlertKind::Warning live=false>
                <p>"You have not confirmed that your backup codes are saved."</p>
                <Show when=move || has_unsaved_codes.get()>
                    <p><A href="/profile/mfa/backup-codes">"Show new backup codes"</A></p>
                </Show>
            </Alert>
        })}
    }
}

#[component]
fn Codes(left: u32) -> impl IntoView {
    let words = format!("{left} of 10 backup codes left");
    match left {
        0 => view! { <Alert kind=AlertKind::Error live=false><p>{words}</p></Alert> }.into_any(),
        1..=FEW_CODES => {
            view! { <Alert kind=AlertKind::Warning live=false><p>{words}</p></Alert> }.into_any()
        }
        _ => view! { <p>{words}</p> }.into_any(),
    }
}
