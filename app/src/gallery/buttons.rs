use leptos::prelude::*;

use super::frame::Specimen;
use crate::ui::{Button, ButtonKind, Glyph, LinkButton};

const KINDS: [(&str, ButtonKind); 4] = [
    ("Primary", ButtonKind::Primary),
    ("Secondary", ButtonKind::Secondary),
    ("Quiet", ButtonKind::Quiet),
    ("Danger", ButtonKind::Danger),
];

pub(super) fn specimens() -> AnyView {
    let at_rest = |(label, kind)| view! { <Button label kind /> };
    let busy = |(label, kind)| view! { <Button label kind busy=true busy_label="Checking…" /> };
    let disabled = |(label, kind)| view! { <Button label kind disabled=true /> };
    let links = |(label, kind)| view! { <LinkButton label kind href="#buttons" /> };
    view! {
        <Specimen state="At rest"><div class="actions">{KINDS.map(at_rest)}</div></Specimen>
        <Specimen state="Pending"><div class="actions">{KINDS.map(busy)}</div></Specimen>
        <Specimen state="Disabled"><div class="actions">{KINDS.map(disabled)}</div></Specimen>
        <Specimen state="Disabled, with its reason"><Reasoned /></Specimen>
        <Specimen state="Links"><div class="actions">{KINDS.map(links)}</div></Specimen>
        <Specimen state="With a picture">
            <div class="actions">
                <Button label="Download" icon=Glyph::Download />
                <Button label="Print" icon=Glyph::Print />
                <LinkButton label="Open in authenticator app" icon=Glyph::External href="#buttons" />
            </div>
        </Specimen>
        <Specimen state="Waits two seconds when pressed"><Waiting /></Specimen>
    }
    .into_any()
}

#[component]
fn Reasoned() -> impl IntoView {
    let reason = super::frame::unique("reason");
    view! {
        <div class="actions">
            <Button label="Generate backup codes" disabled=true described_by=reason.clone() />
            <span class="muted" id=reason>"Add an MFA method first."</span>
        </div>
    }
}

#[component]
fn Waiting() -> impl IntoView {
    let busy = RwSignal::new(false);
    let wait = move || {
        busy.set(true);
        set_timeout(move || busy.set(false), std::time::Duration::from_secs(2));
    };
    view! { <Button label="Save" kind=ButtonKind::Primary busy busy_label="Saving…" on_press=wait /> }
}
