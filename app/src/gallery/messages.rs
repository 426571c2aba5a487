use leptos::prelude::*;

use super::{frame::Specimen, some};
use crate::ui::{Alert, AlertKind, Button, Countdown, FormError, LinkButton, Skeleton, Status};

pub(super) fn specimens() -> AnyView {
    view! { <Alerts /> <Waits /> <Results /> }.into_any()
}

#[component]
fn Alerts() -> impl IntoView {
    view! {
        <Specimen state="Alert, error"><Alert><p>"Wrong email or password."</p></Alert></Specimen>
        <Specimen state="Alert, warning, with what to do">
            <Alert kind=AlertKind::Warning live=false action=|| view! { <LinkButton label="Generate backup codes" href="#messages" /> }>
                <p>"Only 3 of 10 backup codes are left."</p>
            </Alert>
        </Specimen>
        <Specimen state="Alert, info, two paragraphs">
            <Alert kind=AlertKind::Info live=false>
                <p>"Example Ltd requires MFA: set it up now."</p>
                <p class="muted">"It takes about two minutes."</p>
            </Alert>
        </Specimen>
        <Specimen state="Error of a form"><FormError error=some("This account already exists.") /></Specimen>
        <Specimen state="Error of a form that may pass by itself">
            <FormError error=some("The server does not answer. What you typed is still there.") retry=|()| () />
        </Specimen>
    }
}

#[component]
fn Waits() -> impl IntoView {
    view! {
        <Specimen state="Countdown, running">
            <Alert kind=AlertKind::Warning live=false><p>"Too many attempts. "<Countdown seconds=900 label="Try again in" /></p></Alert>
        </Specimen>
        <Specimen state="Countdown, ended">
            <Alert kind=AlertKind::Warning live=false><p>"Too many attempts. "<Countdown seconds=0 label="Try again in" /></p></Alert>
        </Specimen>
        <Specimen state="Skeleton"><div class="card"><Skeleton lines=4 /></div></Specimen>
    }
}

#[component]
fn Results() -> impl IntoView {
    let added = "Authenticator application added. You were signed out everywhere else.";
    let status = some(added);
    let warned = some("It may have been done: check it here before you try again.");
    view! {
        <Specimen state="Status: what was done; Dismiss hides it">
            <Status message=status warns=false />
            <Button label="Say it again" on_press=move || status.set(Some(added.to_owned())) />
        </Specimen>
        <Specimen state="Status: no success"><Status message=warned warns=true /></Specimen>
    }
}
