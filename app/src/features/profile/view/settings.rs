use domain::second_factor::step_up::Intent;
use leptos::prelude::*;
use leptos_router::components::A;

use usecases::profile::Method;

use super::{authenticator_test::AuthenticatorTest, delete::Delete, name::Name};
use crate::{
    features::step_up::view::action_flow,
    routes::Page,
    shell::{navigator, shell},
    ui::{
        Alert, AlertKind, Badge, BadgeKind, Button, ButtonKind, Detail, DetailsList, FormError,
        Menu, MenuAction, RelativeTime, When,
        boxed::{boxed_view, memo},
        paragraph, section_heading, setting_heading,
    },
    wire::error::AppError,
    words,
};

/// The region `MFA settings`.
#[component]
pub(super) fn Settings(
    /// The method, if there is one.
    method: Option<Method>,
    /// The accounts that require MFA, by name.
    demanded_by: Vec<String>,
) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="mfa-settings">
            {match method {
                Some(method) => view! { <Details method demanded_by /> }.into_any(),
                None => view! { <Invite /> }.into_any(),
            }}
        </section>
    }
}

#[component]
fn Invite() -> impl IntoView {
    let navigator = navigator();
    view! {
        <div class="card__head">
            {section_heading("mfa-settings", words::MFA_SETTINGS)}
            <Badge label="Off" kind=BadgeKind::Off />
        </div>
        {paragraph(words::PASSWORD_ALONE)}
        <div class="actions">
            <Button label=words::ADD_NEW_METHOD kind=ButtonKind::Primary on_press=move || navigator.go(&Page::NewMethod) />
            <Button label=words::GENERATE_BACKUP_CODES disabled=true described_by="generate-why" />
        </div>
        <p id="generate-why" class="muted">{words::ADD_A_METHOD_FIRST}</p>
    }
}

#[component]
fn Details(method: Method, demanded_by: Vec<String>) -> impl IntoView {
    let flow = action_flow();
    let deleting = RwSignal::new(false);
    let failed = Signal::derive(move || {
        flow.failed
            .get()
            .map(|error: AppError| words::refusal(&error))
    });
    view! {
        <div class="card__head">
            {section_heading("mfa-settings", words::MFA_SETTINGS)}
            <Badge label="On" kind=BadgeKind::Ok />
            <Menu label=words::MFA_METHOD_MENU compact=true>
                <MenuAction label="Reset" on_choose=move || flow.start(Intent::Reset, None) />
                <MenuAction label="Delete" danger=true on_choose=move || deleting.set(true) />
            </Menu>
        </div>
        <FormError error=failed />
        <DetailsList>
            <Detail label="Name"><Name name=method.name /></Detail>
            <Detail label="Type">{words::AUTHENTICATOR_APPLICATION}</Detail>
            <Detail label="Default">"Yes"</Detail>
            <Detail label="Status">"Active"</Detail>
            <Detail label="Added"><RelativeTime at=method.added_at.millis() /></Detail>
            <Detail label=words::LAST_USED>{method.used_at.map(|at| view! { <RelativeTime at=at.millis() /> }.into_any())}</Detail>
        </DetailsList>
        <AuthenticatorTest />
        <div class="setting">
            <div class="setting__text">
                {setting_heading(words::BACKUP_CODES)}
                <Codes left=method.codes_left />
            </div>
            <Button label=words::GENERATE_BACKUP_CODES busy=flow.busy on_press=move || flow.start(Intent::Generate, None) />
            <Unsaved are_saved=method.codes_saved />
        </div>
        <Delete open=deleting demanded_by on_delete=move || flow.start(Intent::Delete, None) />
    }
}

#[component]
fn Codes(left: u32) -> impl IntoView {
    let said = words::codes_left(left);
    let kind = if left == 0 {
        AlertKind::Error
    } else {
        AlertKind::Warning
    };
    if words::are_few(left) {
        view! { <Alert kind live={left == 0}><p>{said}</p></Alert> }.into_any()
    } else {
        view! { <p class="muted">{said}</p> }.into_any()
    }
}

/// Reminds the user of backup codes that they have not confirmed as saved.
#[component]
fn Unsaved(
    /// Whether the valid codes were confirmed as saved.
    are_saved: bool,
) -> impl IntoView {
    let shell = shell();
    let may_see = memo(move || {
        shell
            .session
            .viewer()
            .is_some_and(|viewer| viewer.has_unsaved_codes)
    });
    let (kind, said) = if are_saved {
        (AlertKind::Info, words::CODES_NOT_FINISHED)
    } else {
        (AlertKind::Warning, words::CODES_NOT_CONFIRMED)
    };
    boxed_view(move || {
        let told = (!are_saved || may_see.get()).then(|| {
            view! {
                <Alert kind live=false>
                    <p>{said}</p>
                    <When holds=move || may_see.get()>
                        <p><A href="/profile/mfa/backup-codes">{words::SHOW_NEW_BACKUP_CODES}</A></p>
                    </When>
                </Alert>
            }
            .into_any()
        });
        told.into_any()
    })
}
