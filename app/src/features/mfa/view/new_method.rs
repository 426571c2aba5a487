use domain::{
    ids::MethodId,
    people::names::{MethodName, suggested_method_name},
    second_factor::{enrolment::METHOD_NAME, methods::MethodType},
    webauthn::authenticators::KeyKind,
};
use js_sys::JsString;
use leptos::prelude::*;
use usecases::{mfa::SetUpPurpose, session::MethodOption};

use super::{SetUpStep, Steps, WizardPath};
use crate::{
    features::mfa::key_prompt::is_key,
    routes::Page,
    shell::{address::key_trouble, handover::NewMethodChoice, navigator, shell},
    ui::{
        Button, ButtonKind, Checkbox, FocusHeading, Select, SubmitForm, TextField,
        boxed::{boxed_view, effect, memo},
        button, focus_first_invalid, muted,
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

/// What is suggested for a new method of a type: its name, with a number from the second on, and
/// whether it becomes the default.
pub(crate) fn suggest(kind: MethodType, methods: &[MethodOption]) -> NewMethodChoice {
    let base = kind.key_kind().map_or(METHOD_NAME, KeyKind::name);
    let is_taken = |name: &str| methods.iter().any(|method| method.name == name);
    let name = suggested_method_name(base, is_taken);
    NewMethodChoice {
        method_type: kind,
        name,
        is_default: methods.is_empty() || kind == MethodType::Passkey,
    }
}

/// Why a method of a type can't be added here.
fn why_not(kind: MethodType, methods: &[MethodOption]) -> Option<String> {
    if !kind.has_room(methods.iter().map(|method| method.method_type)) {
        return Some(words::no_room(kind).to_owned());
    }
    is_key(kind).then(key_trouble).flatten()
}

/// What a user who comes back to the page chose, after a reload too.
fn chosen_before() -> Option<NewMethodChoice> {
    let handover = shell().handover;
    handover.method_choice.get_value().or_else(|| {
        let pending = handover.pending.get_value()?;
        let is_choice = pending.purpose != SetUpPurpose::Reset && !pending.name.is_empty();
        is_choice.then_some(NewMethodChoice {
            method_type: pending.method_type,
            name: pending.name,
            is_default: pending.is_default,
        })
    })
}

/// `/profile/mfa/new`: the choice of a method, its name, and whether it is the default. A further
/// method needs an Identity verification first.
#[component]
pub(crate) fn NewMethod() -> impl IntoView {
    let (shell, navigator) = (shell(), navigator());
    let methods = shell.session.methods();
    let is_first = methods.is_empty();
    let path = if is_first {
        WizardPath::First
    } else {
        WizardPath::Further
    };
    let barred = MethodType::ALL.map(|kind| (kind, why_not(kind, &methods)));
    let open = barred.iter().find(|(_, why)| why.is_none());
    let open = open.map_or(MethodType::Application, |(kind, _)| *kind);
    let chosen = chosen_before();
    let chosen = chosen.unwrap_or_else(|| suggest(open, &methods));
    let (name, is_default) = (RwSignal::new(chosen.name), RwSignal::new(chosen.is_default));
    let selected = RwSignal::new(chosen.method_type.to_string());
    let kind = memo(move || selected.read().parse().unwrap_or(MethodType::Application));
    let methods = StoredValue::new(methods);
    // What the user has not changed follows the type.
    let mut before = methods.with_value(|methods| suggest(chosen.method_type, methods));
    effect(move || {
        let now = methods.with_value(|methods| suggest(kind.get(), methods));
        if name.get_untracked() == before.name {
            name.set(now.name.clone());
        }
        if is_default.get_untracked() == before.is_default {
            is_default.set(now.is_default);
        }
        before = now;
    });
    let wrong = RwSignal::new(None::<String>);
    effect(move || {
        let has_mfa = shell.session.has_mfa();
        let is_further = shell.handover.pending.with_value(|pending| {
            let pending = pending.as_ref();
            pending.is_some_and(|pending| pending.purpose == SetUpPurpose::Further)
        });
        if has_mfa && !shell.handover.set_up_is_open.get_value() && !is_further {
            navigator.replace(&Page::Profile);
        }
    });
    let next = move || {
        wrong.set(None);
        if let Err(error) = name.read_untracked().parse::<MethodName>() {
            wrong.set(Some(words::name_refused(error)));
            return focus_first_invalid();
        }
        if methods.with_value(|methods| has_name(methods, None, &name.read_untracked())) {
            wrong.set(Some(words::NAME_IS_TAKEN.to_owned()));
            return focus_first_invalid();
        }
        let choice = NewMethodChoice {
            method_type: kind.get_untracked(),
            name: name.get_untracked(),
            is_default: is_default.get_untracked(),
        };
        let is_other = shell
            .handover
            .method_choice
            .with_value(|before| before.as_ref() != Some(&choice));
        if is_other {
            // What the server has stored is for another choice.
            shell.handover.pending.set_value(None);
        }
        shell.handover.method_choice.set_value(Some(choice));
        navigator.go(&Page::SetUp);
    };
    let options = MethodType::ALL
        .map(|kind| (kind.to_string(), words::method_type(kind).to_owned()))
        .to_vec();
    let unavailable = barred.iter().filter(|(_, why)| why.is_some());
    let unavailable: Vec<_> = unavailable.map(|(kind, _)| kind.to_string()).collect();
    let mut reasons: Vec<_> = barred.into_iter().filter_map(|(_, why)| why).collect();
    // Both types of keys have the same reason.
    reasons.dedup();
    let reasons: Vec<_> = reasons.into_iter().map(muted).collect();
    let about_default = if is_first {
        words::ONLY_METHOD
    } else {
        words::WHAT_DEFAULT_MEANS
    };
    let hint = Signal::derive(move || words::about_type(kind.get()).to_owned());
    view! {
        <div class="page--narrow">
            {boxed_view(move || view! { <Steps at=SetUpStep::NewMethod path kind=kind.get() /> }.into_any())}
            <FocusHeading label=words::NEW_MFA_METHOD />
            <div class="card">
                <SubmitForm on_submit=next>
                    <Select label=words::SELECT_METHOD name="method" value=selected options unavailable hint=hint />
                    {reasons}
                    <Checkbox label="Default" name="default" checked=is_default hint=about_default fixed=is_first />
                    <TextField label="Name" name="method-name" value=name error=wrong />
                    <div class="actions">
                        <Button label="Next" kind=ButtonKind::Primary submit=true />
                        {button("Cancel", ButtonKind::Secondary, move || navigator.replace(&Page::Profile))}
                    </div>
                </SubmitForm>
            </div>
        </div>
    }
}
