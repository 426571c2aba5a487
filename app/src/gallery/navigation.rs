use leptos::prelude::*;

use super::frame::Specimen;
use crate::ui::{Menu, MenuAction, MenuLink, StepIndicator, ThemeMenu};

const STEPS: [&str; 4] = ["New method", "Set up", "Verify", "Backup codes"];

pub(super) fn specimens() -> AnyView {
    view! { <Menus /> <Steps /> }.into_any()
}

#[component]
fn Menus() -> impl IntoView {
    let chosen = RwSignal::new("nothing");
    view! {
        <Specimen state="Menu of a person">
            <Menu label="Ada Owner">
                <MenuLink href="#menus-and-steps" label="My profile" />
                <ThemeMenu />
                <MenuAction label="Sign out" on_choose=move || chosen.set("Sign out") />
            </Menu>
        </Specimen>
        <Specimen state="Menu of a thing">
            <Menu label="MFA method menu" compact=true>
                <MenuAction label="Reset" on_choose=move || chosen.set("Reset") />
                <MenuAction label="Delete" danger=true on_choose=move || chosen.set("Delete") />
            </Menu>
        </Specimen>
        <p class="muted">"Chosen: " {chosen}</p>
    }
}

#[component]
fn Steps() -> impl IntoView {
    let indicator =
        |current| view! { <StepIndicator steps=STEPS.map(str::to_owned).to_vec() current /> };
    view! {
        <Specimen state="Step 1">{indicator(1)}</Specimen>
        <Specimen state="Step 2">{indicator(2)}</Specimen>
        <Specimen state="Step 3">{indicator(3)}</Specimen>
        <Specimen state="Step 4">{indicator(4)}</Specimen>
    }
}
