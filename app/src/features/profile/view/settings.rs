use domain::second_factor::{methods::MethodType, step_up::Intent};
use leptos::prelude::*;
use leptos_router::components::A;

use usecases::profile::{Method, Profile};

use super::{card_state::CardForms, method_card::MethodCard, passkey_hint::passkey_hint};
use crate::{
    features::step_up::view::action_flow,
    routes::Page,
    shell::{address::key_trouble, navigator, shell},
    ui::{
        Alert, AlertKind, Badge, BadgeKind, Button, ButtonKind, FormError, When,
        boxed::{boxed_view, effect, memo},
        busy_button, button, focus_heading, muted, paragraph, section_heading, setting_heading,
    },
    wire::error::AppError,
    words,
};

/// The region `MFA settings`.
#[component]
pub(super) fn Settings(
    /// The user, with methods and backup codes.
    profile: Profile,
    /// What is open and typed on the cards.
    forms: CardForms,
    /// Loads them again.
    on_change: Callback<()>,
) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="mfa-settings">
            {if profile.methods.is_empty() {
                view! { <Invite /> }.into_any()
            } else {
                view! { <Details profile forms on_change /> }.into_any()
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
            {button(words::ADD_NEW_METHOD, ButtonKind::Primary, move || navigator.go(&Page::NewMethod))}
            <Button label=words::GENERATE_BACKUP_CODES disabled=true described_by="generate-why" />
        </div>
        <p id="generate-why" class="muted">{words::ADD_A_METHOD_FIRST}</p>
    }
}

#[component]
fn Details(profile: Profile, forms: CardForms, on_change: Callback<()>) -> impl IntoView {
    let (shell, flow) = (shell(), action_flow());
    effect(move || {
        if flow.failed.get() == Some(AppError::NoMethod) {
            flow.failed.set(None);
            shell.flash.warn_here(words::refusal(&AppError::NoMethod));
            // The card disappears.
            focus_heading();
            on_change.run(());
        }
    });
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
    let handover = shell.handover;
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
        view! { <MethodCard method demanded_by act forms busy refused on_change /> }.into_any()
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
                busy_button(words::ADD_NEW_METHOD, ButtonKind::Secondary, busy, add)
            } else {
                closed.into_iter().map(muted).collect_view().into_any()
            }}
        </div>
        <div class="setting">
            <div class="setting__text">
                {setting_heading(words::BACKUP_CODES)}
                <Codes left=profile.codes_left />
            </div>
            {busy_button(words::GENERATE_BACKUP_CODES, ButtonKind::Secondary, busy, move || act.run(Intent::Generate))}
            // A user from another program never had codes, so there are none to save.
            <Unsaved are_saved={profile.codes_saved || profile.codes_left == 0} />
        </div>
    }
}

/// Why no method of any type can be added; empty if one can.
fn no_more(methods: &[Method]) -> Vec<String> {
    let types = || methods.iter().map(|method| method.method_type);
    if MethodType::Application.has_room(types()) {
        return Vec::new();
    }
    let keys = if MethodType::Passkey.has_room(types()) {
        key_trouble()
    } else {
        Some(words::no_room(MethodType::Passkey).to_owned())
    };
    let keys = keys.map(|why| vec![words::no_room(MethodType::Application).to_owned(), why]);
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
        view! { <Alert kind live={left == 0}>{paragraph(said)}</Alert> }.into_any()
    } else {
        muted(said)
    }
}

/// Reminds the user of backup codes that they have not confirmed as saved.
#[component]
fn Unsaved(
    /// Whether the valid codes were confirmed as saved.
    are_saved: bool,
) -> impl IntoView {
    let shell = shell();
    let may_see = memo(move || shell.session.has_unsaved_codes());
    let (kind, said) = if are_saved {
        (AlertKind::Info, words::CODES_NOT_FINISHED)
    } else {
        (AlertKind::Warning, words::CODES_NOT_CONFIRMED)
    };
    boxed_view(move || {
        let told = (!are_saved || may_see.get()).then(|| {
            view! {
                <Alert kind live=false>
                    {paragraph(said)}
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
