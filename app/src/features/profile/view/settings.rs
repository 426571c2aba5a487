use domain::second_factor::{methods::MethodType, step_up::Intent};
use leptos::prelude::*;
use leptos_router::components::A;

use usecases::profile::{Method, Profile};

use super::{method_card::MethodCard, passkey_hint::passkey_hint};
use crate::{
    features::step_up::view::action_flow,
    routes::Page,
    shell::{navigator, shell},
    ui::{
        Alert, AlertKind, Badge, BadgeKind, Button, ButtonKind, FormError, When,
        boxed::{boxed_view, memo},
        browser::keys,
        muted, paragraph, section_heading, setting_heading,
    },
    wire::error::AppError,
    words,
};

/// The region `MFA settings`.
#[component]
pub(super) fn Settings(
    /// The user, with methods and backup codes.
    profile: Profile,
    /// Loads them again.
    on_change: Callback<()>,
) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="mfa-settings">
            {if profile.methods.is_empty() {
                view! { <Invite /> }.into_any()
            } else {
                view! { <Details profile on_change /> }.into_any()
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
fn Details(profile: Profile, on_change: Callback<()>) -> impl IntoView {
    let flow = action_flow();
    let failed = Signal::derive(move || {
        flow.failed
            .get()
            .map(|error: AppError| words::refusal(&error))
    });
    let demanding = profile
        .accounts
        .iter()
        .filter(|account| account.requires_mfa);
    let demanded_by: Vec<String> = demanding.map(|account| account.account.clone()).collect();
    let act = Callback::new(move |intent| flow.start(intent, None));
    let handover = shell().handover;
    let add = move || {
        // The user may have left the wizard of another method.
        handover.end_set_up();
        act.run(Intent::Add);
    };
    let closed = no_more(&profile.methods);
    let hint = passkey_hint(&profile.methods, act);
    let demanded_by = (profile.methods.len() == 1).then_some(demanded_by);
    let (busy, refused) = (flow.busy, flow.failed);
    let methods = profile.methods.into_iter().map(|method| {
        let demanded_by = demanded_by.clone();
        view! { <MethodCard method demanded_by act busy refused on_change /> }.into_any()
    });
    let methods: Vec<_> = methods.collect();
    view! {
        <div class="card__head">
            {section_heading("mfa-settings", words::MFA_SETTINGS)}
            <Badge label="On" kind=BadgeKind::Ok />
        </div>
        <FormError error=failed />
        {methods}
        {hint}
        <div class="setting">
            {if closed.is_empty() {
                view! { <Button label=words::ADD_NEW_METHOD busy on_press=add /> }.into_any()
            } else {
                closed.into_iter().map(muted).collect_view().into_any()
            }}
        </div>
        <div class="setting">
            <div class="setting__text">
                {setting_heading(words::BACKUP_CODES)}
                <Codes left=profile.codes_left />
            </div>
            <Button label=words::GENERATE_BACKUP_CODES busy on_press=move || act.run(Intent::Generate) />
            <Unsaved are_saved=profile.codes_saved />
        </div>
    }
}

/// Why no method of any type can be added; empty if one can.
fn no_more(methods: &[Method]) -> Vec<&'static str> {
    let types = || methods.iter().map(|method| method.method_type);
    if MethodType::Application.has_room(types()) {
        return Vec::new();
    }
    let keys = if MethodType::Passkey.has_room(types()) {
        keys::trouble().map(words::key_trouble)
    } else {
        Some(words::no_room(MethodType::Passkey))
    };
    let keys = keys.map(|why| vec![words::no_room(MethodType::Application), why]);
    keys.unwrap_or_default()
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
