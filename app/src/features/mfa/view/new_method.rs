use domain::{
    ids::MethodId, people::names::MethodName, second_factor::methods::suggested_application_name,
};
use js_sys::JsString;
use leptos::prelude::*;
use usecases::{mfa::MethodChoice, session::MethodOption};

use super::{SetUpStep, Steps, WizardPath};
use crate::{
    routes::Page,
    shell::{navigator, shell},
    ui::{
        Button, ButtonKind, Checkbox, FocusHeading, Select, SubmitForm, TextField, boxed::effect,
        focus_first_invalid,
    },
    words,
};

/// Whether another method than `own` has that name, in any case.
pub(crate) fn has_name(methods: &[MethodOption], own: Option<&MethodId>, name: &str) -> bool {
    let name = folded(name);
    let mut others = methods.iter().filter(|method| Some(&method.id) != own);
    others.any(|method| folded(&method.name) == name)
}

/// The browser folds the case, because the tables for it would weigh on each first visit.
fn folded(name: &str) -> JsString {
    JsString::from(name.trim()).to_lower_case()
}

/// `/profile/mfa/new`: the choice of a method, its name, and whether it is the default. A further
/// method needs an Identity verification first.
#[component]
pub(crate) fn NewMethod() -> impl IntoView {
    let (shell, navigator) = (shell(), navigator());
    let viewer = untrack(|| shell.session.viewer());
    let methods = viewer.map(|viewer| viewer.methods).unwrap_or_default();
    let is_first = methods.is_empty();
    let path = if is_first {
        WizardPath::First
    } else {
        WizardPath::Further
    };
    let kind = RwSignal::new("totp".to_owned());
    let is_taken = |name: &str| methods.iter().any(|method| method.name == name);
    // A user who comes back to this page finds what they chose.
    let chosen = shell.handover.method_choice.get_value();
    let chosen = chosen.unwrap_or_else(|| MethodChoice {
        name: suggested_application_name(is_taken),
        is_default: is_first,
    });
    let (name, is_default) = (RwSignal::new(chosen.name), RwSignal::new(chosen.is_default));
    let wrong = RwSignal::new(None::<String>);
    effect(move || {
        let has_mfa = shell.session.viewer().is_some_and(|viewer| viewer.has_mfa);
        if has_mfa && !shell.handover.set_up_is_open.get_value() {
            navigator.replace(&Page::Profile);
        }
    });
    let next = move || {
        wrong.set(None);
        if let Err(error) = name.read_untracked().parse::<MethodName>() {
            wrong.set(Some(words::name_refused(error)));
            return focus_first_invalid();
        }
        if has_name(&methods, None, &name.read_untracked()) {
            wrong.set(Some(words::NAME_IS_TAKEN.to_owned()));
            return focus_first_invalid();
        }
        let choice = MethodChoice {
            name: name.get_untracked(),
            is_default: is_default.get_untracked(),
        };
        shell.handover.method_choice.set_value(Some(choice));
        navigator.go(&Page::SetUp);
    };
    view! {
        <div class="page--narrow">
            <Steps at=SetUpStep::NewMethod path />
            <FocusHeading label=words::NEW_MFA_METHOD />
            <div class="card">
                <SubmitForm on_submit=next>
                    <Select label=words::SELECT_METHOD name="method" value=kind options=vec![("totp".to_owned(), words::AUTHENTICATOR_APPLICATION.to_owned())] />
                    {if is_first {
                        view! { <Checkbox label="Default" name="default" checked=is_default fixed_because=words::ONLY_METHOD /> }.into_any()
                    } else {
                        view! { <Checkbox label="Default" name="default" checked=is_default /> }.into_any()
                    }}
                    <TextField label="Name" name="method-name" value=name error=wrong />
                    <div class="actions">
                        <Button label="Next" kind=ButtonKind::Primary submit=true />
                        <Button label="Cancel" on_press=move || navigator.replace(&Page::Profile) />
                    </div>
                </SubmitForm>
            </div>
        </div>
    }
}
