use domain::session::policy::Standing;
use leptos::prelude::*;

use usecases::session::{Code, SecondFactorResult};

use crate::{
    api::session::{helpers, key_challenge, verify_backup_code, verify_code, verify_key},
    boot_protocol,
    features::mfa::{
        key_prompt::{challenges, tell_browser},
        second_factor_form::{FactorInput, SecondFactorForm},
    },
    shell::{Load, handover::FewCodes, shell, view::app_error_alert::in_words},
    ui::{
        Disclosure, FocusHeading, FormError, Skeleton, When,
        boxed::{boxed_view, effect},
        browser::boot::meta,
        paragraph, text_content,
    },
    wire::error::AppError,
    words,
};

/// `/sign-in/verify`: the second factor of a sign-in.
#[component]
pub(crate) fn Verify() -> impl IntoView {
    let shell = shell();
    let (refused, busy) = (RwSignal::new(None::<AppError>), RwSignal::new(false));
    let by_key = StoredValue::new(false);
    let done = move |answer: Result<SecondFactorResult, AppError>| match answer {
        Ok(signed_in) => {
            let left = signed_in.codes_left.map(words::backup_code_used);
            let warned = signed_in.unlocked_after.map(words::unlocked_after);
            match (left, warned) {
                (Some(left), Some(warned)) => shell.flash.warn(format!("{left} {warned}")),
                (None, Some(warned)) => shell.flash.warn(warned),
                (Some(left), None) => shell.flash.say(left),
                (None, None) => {}
            }
            let few = signed_in.codes_left.filter(|&left| words::are_few(left));
            shell.handover.few_codes.set(if signed_in.has_no_codes_yet {
                Some(FewCodes::NeverAny)
            } else {
                few.map(FewCodes::Left)
            });
            let is_in = matches!(signed_in.viewer.standing, Standing::Full { .. });
            let tells = is_in && by_key.try_get_value() == Some(true);
            shell.set_viewer(Some(signed_in.viewer));
            if tells {
                tell_browser();
            }
        }
        Err(error) => {
            refused.try_set(Some(error));
        }
    };
    let submit = move |given| match given {
        FactorInput::Code(code) => shell.call(busy, verify_code(code), done),
        FactorInput::BackupCode(code) => {
            let code = Code { code, by: None };
            shell.call(busy, verify_backup_code(code), done);
        }
        FactorInput::Key(answer) => {
            by_key.set_value(true);
            shell.call(busy, verify_key(answer), done);
        }
    };
    view! {
        <div class="page--narrow">
            <FocusHeading label=words::IDENTITY_VERIFICATION />
            <div class="card">
                <SecondFactorForm challenges=challenges(key_challenge) refused busy on_submit=submit />
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
    let has_others = shell().session.methods().len() > 1;
    let owners = Load::on_demand(helpers);
    effect(move || {
        if open.get() && untrack(|| owners.is_waiting()) {
            owners.reload();
        }
    });
    let link = Some(meta(boot_protocol::meta::SUPPORT_URL)).filter(|link| !link.is_empty());
    let others = Signal::derive(move || {
        let owners = owners.answer.read();
        owners.as_deref().map(words::who_helps).unwrap_or_default()
    });
    let failed = in_words(owners.failed);
    let nobody = move || matches!(owners.answer.read().as_deref(), Some([]));
    let support = boxed_view(move || {
        let link = link.clone().filter(|_| nobody());
        let link = link.map(|link| {
            view! { <p><a href=link rel="noreferrer">{words::CONTACT_SUPPORT}</a></p> }.into_any()
        });
        link.into_any()
    });
    view! {
        <Disclosure label=words::LOST_YOUR_DEVICE open>
            {paragraph(words::without_the_device(has_others))}
            <When holds=move || open.get() && owners.is_waiting()>
                <Skeleton lines=1 />
            </When>
            <p aria-live="polite" use:text_content=others></p>
            <FormError error=failed retry=move || owners.reload() />
            {support}
        </Disclosure>
    }
}
