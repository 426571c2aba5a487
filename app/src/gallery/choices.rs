use leptos::prelude::*;

use super::{frame::Specimen, some};
use crate::ui::{Checkbox, Switch};

pub(super) fn specimens() -> AnyView {
    view! { <Checkboxes /> <Switches /> }.into_any()
}

#[component]
fn Checkboxes() -> impl IntoView {
    let (off, on) = (|| RwSignal::new(false), || RwSignal::new(true));
    view! {
        <Specimen state="Checkbox, off"><Checkbox label="I have saved these codes" name="off" checked=off() /></Specimen>
        <Specimen state="Checkbox, on"><Checkbox label="I have saved these codes" name="on" checked=on() /></Specimen>
        <Specimen state="Checkbox, fixed, with its reason">
            <Checkbox label="Default" name="fixed" checked=on() hint="Your only method is always the default." fixed=true />
        </Specimen>
        <Specimen state="Checkbox, refused">
            <Checkbox label="I have saved these codes" name="refused" checked=off() error=some("Save the codes first, then tick this box.") />
        </Specimen>
    }
}

#[component]
fn Switches() -> impl IntoView {
    let live = RwSignal::new(false);
    let label = "Require MFA for Example Ltd";
    let reason = "Only an Owner of this account can change it.";
    view! {
        <Specimen state="Switch, off"><Switch label checked=false /></Specimen>
        <Specimen state="Switch, on"><Switch label checked=true /></Specimen>
        <Specimen state="Switch, off, pending"><Switch label checked=false busy=true /></Specimen>
        <Specimen state="Switch, on, pending"><Switch label checked=true busy=true /></Specimen>
        <Specimen state="Switch, off, locked"><Switch label checked=false fixed_because=reason /></Specimen>
        <Specimen state="Switch, on, locked"><Switch label checked=true fixed_because=reason /></Specimen>
        <Specimen state="Switch to be pressed"><Switch label checked=live on_press=move || live.update(|on| *on = !*on) /></Specimen>
    }
}
