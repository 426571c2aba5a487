use domain::second_factor::{methods::MAX_APPLICATIONS, step_up::Intent};
use leptos::prelude::*;
use leptos_router::components::A;

use usecases::profile::{Method, Profile};

use super::{
    authenticator_test::AuthenticatorTest, delete::Delete, name::Name, one_of_several::OneOfSeveral,
};
use crate::{
    features::step_up::view::action_flow,
    routes::Page,
    shell::{navigator, shell},
    ui::{
        Alert, AlertKind, Badge, BadgeKind, Button, ButtonKind, Detail, DetailsList, FormError,
        Menu, MenuAction, RelativeTime, When,
        boxed::{boxed_view, memo},
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
    let has_room = profile.methods.len() < MAX_APPLICATIONS;
    let act = Callback::new(move |intent| flow.start(intent, None));
    let methods = match <[Method; 1]>::try_from(profile.methods) {
        Ok([method]) => view! { <OnlyMethod method act demanded_by failed /> }.into_any(),
        Err(methods) => {
            let (busy, refused) = (flow.busy, flow.failed);
            view! { <Several methods act busy refused failed on_change /> }.into_any()
        }
    };
    view! {
        {methods}
        <div class="setting">
            {if has_room {
                view! { <Button label=words::ADD_NEW_METHOD busy=flow.busy on_press=move || flow.start(Intent::Add, None) /> }.into_any()
            } else {
                muted(words::NO_MORE_METHODS)
            }}
        </div>
        <div class="setting">
            <div class="setting__text">
                {setting_heading(words::BACKUP_CODES)}
                <Codes left=profile.codes_left />
            </div>
            <Button label=words::GENERATE_BACKUP_CODES busy=flow.busy on_press=move || flow.start(Intent::Generate, None) />
            <Unsaved are_saved=profile.codes_saved />
        </div>
    }
}

/// Several methods, as a list.
#[component]
fn Several(
    methods: Vec<Method>,
    act: Callback<Intent>,
    busy: RwSignal<bool>,
    refused: RwSignal<Option<AppError>>,
    failed: Signal<Option<String>>,
    on_change: Callback<()>,
) -> impl IntoView {
    let methods = methods
        .into_iter()
        .map(|method| view! { <OneOfSeveral method act busy refused on_change /> }.into_any());
    let methods: Vec<_> = methods.collect();
    view! {
        <div class="card__head">
            {section_heading("mfa-settings", words::MFA_SETTINGS)}
            <Badge label="On" kind=BadgeKind::Ok />
        </div>
        <FormError error=failed />
        {methods}
    }
}

#[component]
fn OnlyMethod(
    method: Method,
    act: Callback<Intent>,
    demanded_by: Vec<String>,
    failed: Signal<Option<String>>,
) -> impl IntoView {
    let deleting = RwSignal::new(false);
    let id = StoredValue::new(method.id.clone());
    let (reset, delete) = (
        move || Intent::Reset {
            method: id.get_value(),
        },
        move || Intent::Delete {
            method: id.get_value(),
        },
    );
    view! {
        <div class="card__head">
            {section_heading("mfa-settings", words::MFA_SETTINGS)}
            <Badge label="On" kind=BadgeKind::Ok />
            <Menu label=words::MFA_METHOD_MENU compact=true>
                <MenuAction label="Reset" on_choose=move || act.run(reset()) />
                <MenuAction label="Delete" danger=true on_choose=move || deleting.set(true) />
            </Menu>
        </div>
        <FormError error=failed />
        <DetailsList>
            <Detail label="Name"><Name method=method.id.clone() name=method.name.clone() /></Detail>
            <Detail label="Type">{words::AUTHENTICATOR_APPLICATION}</Detail>
            <Detail label="Default">"Yes"</Detail>
            <Detail label="Status">"Active"</Detail>
            <Detail label="Added"><RelativeTime at=method.added_at.millis() /></Detail>
            <Detail label=words::LAST_USED>{method.used_at.map(|at| view! { <RelativeTime at=at.millis() /> }.into_any())}</Detail>
        </DetailsList>
        <AuthenticatorTest />
        <Delete open=deleting demanded_by on_delete=move || act.run(delete()) />
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
