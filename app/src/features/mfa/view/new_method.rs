use leptos::prelude::*;

use super::{SetUpStep, Steps};
use crate::{
    routes::Page,
    shell::{navigator, shell},
    ui::{Button, ButtonKind, Checkbox, FocusHeading, Select, SubmitForm, boxed::effect},
    words,
};

/// `/profile/mfa/new`: the choice of a method. Today there is one.
#[component]
pub(crate) fn NewMethod() -> impl IntoView {
    let shell = shell();
    let navigator = navigator();
    let method = RwSignal::new("totp".to_owned());
    let is_default = RwSignal::new(true);
    effect(move || {
        if shell.session.viewer().is_some_and(|viewer| viewer.has_mfa) {
            navigator.replace(&Page::Profile);
        }
    });
    view! {
        <div class="page--narrow">
            <Steps at=SetUpStep::NewMethod is_short=false />
            <FocusHeading label=words::NEW_MFA_METHOD />
            <div class="card">
                <SubmitForm on_submit=move || navigator.go(&Page::SetUp)>
                    <Select label=words::SELECT_METHOD name="method" value=method options=vec![("totp".to_owned(), words::AUTHENTICATOR_APPLICATION.to_owned())] />
                    <Checkbox label="Default" name="default" checked=is_default fixed_because=words::ONLY_METHOD />
                    <div class="actions">
                        <Button label="Next" kind=ButtonKind::Primary submit=true />
                        <Button label="Cancel" on_press=move || navigator.replace(&Page::Profile) />
                    </div>
                </SubmitForm>
            </div>
        </div>
    }
}
