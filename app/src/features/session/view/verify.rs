use leptos::prelude::*;

use usecases::session::{Code, SignedIn};

use crate::{
    api::session::{helpers, verify_backup_code, verify_code},
    features::mfa::second_factor_form::{Given, SecondFactorForm},
    shell::{load_if, shell},
    ui::{
        Disclosure, FocusHeading, FormError, Skeleton, When,
        browser::{
            boot::meta,
            boot_protocol,
            reactive::{effect, shown},
        },
        written,
    },
    wire::error::AppError,
    words,
};

/// `/sign-in/verify`: the second factor of a sign-in.
#[component]
pub(crate) fn Verify() -> impl IntoView {
    let shell = shell();
    let (refused, pending) = (RwSignal::new(None::<AppError>), RwSignal::new(false));
    let done = move |answer: Result<SignedIn, AppError>| match answer {
        Ok(signed_in) => {
            let left = signed_in.codes_left.map(words::backup_code_used);
            let warned = signed_in.unlocked_after.map(words::unlocked_after);
            match (left, warned) {
                (Some(left), Some(warned)) => shell.warn(format!("{left} {warned}")),
                (None, Some(warned)) => shell.warn(warned),
                (Some(left), None) => shell.say(left),
                (None, None) => {}
            }
            shell
                .few_codes
                .set(signed_in.codes_left.filter(|&left| words::are_few(left)));
            shell.set_viewer(Some(signed_in.viewer));
        }
        Err(error) => {
            refused.try_set(Some(error));
        }
    };
    let submit = move |given| match given {
        Given::Code(code) => shell.call(pending, verify_code(Code { code }), done),
        Given::BackupCode(code) => shell.call(pending, verify_backup_code(Code { code }), done),
    };
    view! {
        <div class="page--narrow">
            <FocusHeading label="Identity verification" />
            <div class="card">
                <SecondFactorForm refused pending on_submit=submit />
            </div>
            <div class="aside">
                <LostDevice />
            </div>
        </div>
    }
}

/// The Owners who can help. Their names are loaded when the user opens this part.
#[component]
fn LostDevice() -> impl IntoView {
    let open = RwSignal::new(false);
    let (owners, ask) = load_if(false, helpers);
    effect(move || {
        if open.get() && owners.read_untracked().is_none() {
            ask();
        }
    });
    let link = Some(meta(boot_protocol::meta::SUPPORT_URL)).filter(|link| !link.is_empty());
    let others = Signal::derive(move || {
        let told = owners.with(|owners| Some(words::who_helps(owners.as_ref()?.as_ref().ok()?)));
        told.unwrap_or_default()
    });
    let failed = Signal::derive(move || {
        owners.with(|owners| Some(words::refusal(owners.as_ref()?.as_ref().err()?)))
    });
    let nobody = move || matches!(&*owners.read(), Some(Ok(owners)) if owners.is_empty());
    let support = shown(move || {
        let link = link.clone().filter(|_| nobody());
        let link = link.map(|link| {
            view! { <p><a href=link rel="noreferrer">"Contact support"</a></p> }.into_any()
        });
        link.into_any()
    });
    view! {
        <Disclosure label="Lost your device?" open>
            <p>"Use one of your backup codes."</p>
            <When holds=move || open.get() && owners.read().is_none()>
                <Skeleton lines=1 />
            </When>
            <p aria-live="polite" use:written=others></p>
            <FormError error=failed retry=ask />
            {support}
        </Disclosure>
    }
}
