use domain::policy::Standing;
use leptos::prelude::*;

use super::Step;
use crate::{
    error::AppError,
    mfa::api::{PendingSetUp, cancel, set_up},
    routes::Page,
    session::api::Viewer,
    shell::{go, load, shell},
    ui::{
        Button, ButtonKind, CopyButton, Detail, DetailsList, Disclosure, FocusHeading, FormError,
        KeyGroups, QrCode, Skeleton,
    },
    words,
};

/// `/profile/mfa/setup`: the key for the authenticator application.
#[component]
pub(crate) fn SetUp() -> impl IntoView {
    let has_mfa = untrack(|| shell().viewer()).is_some_and(|viewer| viewer.has_mfa);
    if has_mfa {
        // Back after the wizard: there is nothing to ask the server for.
        let go = go();
        Effect::new(move |_| go(Page::Profile, true));
        return ().into_any();
    }
    view! { <Key /> }.into_any()
}

#[component]
fn Key() -> impl IntoView {
    let shell = shell();
    let go = go();
    let (answer, reload) = load(set_up);
    Effect::new(move |_| match answer.get() {
        Some(Err(AppError::PasswordRequired)) => {
            shell.after_password.set(Some(Page::SetUp));
            go(Page::ConfirmPassword, true);
        }
        Some(Err(AppError::AlreadySetUp)) => {
            shell.say(words::OTHER_TAB.to_owned());
            shell.refresh();
            go(Page::Profile, true);
        }
        _ => {}
    });
    view! {
        <div class="page--narrow">
            <Step number=2 />
            <FocusHeading label="MFA method setup" />
            {move || match answer.get() {
                None | Some(Err(AppError::PasswordRequired | AppError::AlreadySetUp)) => view! { <div class="card"><Skeleton lines=8 /></div> }.into_any(),
                Some(Ok(pending)) => view! { <Instructions pending /> }.into_any(),
                Some(Err(error)) => view! { <FormError error=Some(words::refusal(&error)) retry=reload /> }.into_any(),
            }}
        </div>
    }
}

#[component]
fn Instructions(pending: PendingSetUp) -> impl IntoView {
    let PendingSetUp {
        email,
        issuer,
        key,
        uri,
        qr,
    } = pending;
    let (path, size, label) = (
        qr.path.expose().to_owned(),
        qr.size,
        format!("QR code for {email}"),
    );
    let key = key.expose().to_owned();
    let copied = key.clone();
    view! {
        <div class="card stack">
            <ol class="instructions">
                <li>"Install an authenticator application on your phone, if you have none."</li>
                <li>"In the application, add an account by scanning the QR code."</li>
                <li>"Click Next and enter the 6-digit code that the application displays."</li>
            </ol>
            <div class="scan">
                <QrCode path size label />
                <div class="stack">
                    <p><a href=uri.expose().to_owned()>"Open in authenticator app"</a></p>
                </div>
            </div>
            <Disclosure label="Can't scan the code?">
                <p>"Enter this key in the application:"</p>
                <KeyGroups id="key" value=key.clone() />
                <CopyButton label="Copy key" text=copied.clone() source="key" />
                <DetailsList>
                    <Detail label="Account">{email.clone()}</Detail>
                    <Detail label="Issuer">{issuer.clone()}</Detail>
                    <Detail label="Type">"Time-based"</Detail>
                    <Detail label="Digits">"6"</Detail>
                    <Detail label="Period">"30 seconds"</Detail>
                </DetailsList>
            </Disclosure>
            <Steps />
        </div>
    }
}

#[component]
fn Steps() -> impl IntoView {
    let shell = shell();
    let go = go();
    let pending = RwSignal::new(false);
    let failed = RwSignal::new(None::<String>);
    // In a forced set-up there is nowhere to go back to: the ways out are in the user menu.
    let is_forced = Memo::new(move |_| {
        matches!(
            shell.viewer(),
            Some(Viewer {
                standing: Standing::SetUpOnly { .. },
                ..
            })
        )
    });
    let leave = move || {
        failed.set(None);
        shell.call(pending, cancel(), move |answer| match answer {
            Ok(()) => go(Page::Profile, true),
            Err(error) => {
                failed.try_set(Some(words::refusal(&error)));
            }
        });
    };
    view! {
        <FormError error=failed retry=leave />
        <div class="actions">
            <Button label="Next" kind=ButtonKind::Primary on_press=move || go(Page::VerifyMethod, false) />
            <Show when=move || !is_forced.get()>
                <Button label="Cancel" pending on_press=leave />
            </Show>
        </div>
    }
}
