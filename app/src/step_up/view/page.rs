use domain::step_up::{Action, Intent};
use leptos::prelude::*;

use super::way;
use crate::{
    error::AppError,
    mfa::second_factor_form::{Given, SecondFactorForm},
    reactive::{effect, shown},
    routes::Page,
    shell::{AfterPassword, go, load, shell},
    step_up::api::{AskedFor, StepUpCode, asked, cancel, verify_backup_code, verify_code},
    ui::{Alert, AlertKind, FocusHeading, FormError, Skeleton, When, written},
    words,
};

/// `/verify/:action`: proves the identity before an action, and names its cost.
#[component]
pub(crate) fn StepUp(action: Action) -> impl IntoView {
    let (shell, go) = (shell(), go());
    let (answer, reload) = load(asked);
    let is_this = move |asked: &Option<AskedFor>| {
        asked
            .as_ref()
            .is_some_and(|asked| asked.intent.action() == action)
    };
    effect(move || {
        if matches!(answer.get(), Some(Ok(asked)) if !is_this(&asked)) {
            shell.keep_status();
            go(Page::Profile, true);
        }
    });
    view! {
        <div class="page--narrow">
            <FocusHeading label="Identity verification" />
            {shown(move || match answer.get() {
                Some(Ok(Some(asked))) if asked.intent.action() == action => view! { <Question asked /> }.into_any(),
                None | Some(Ok(_)) => view! { <div class="card"><Skeleton lines=4 /></div> }.into_any(),
                Some(Err(error)) => view! { <FormError error=Some(words::refusal(&error)) retry=reload /> }.into_any(),
            })}
        </div>
    }
}

#[component]
fn Question(asked: AskedFor) -> impl IntoView {
    let (shell, go, way) = (shell(), go(), way());
    let action = asked.intent.action();
    let (refused, pending) = (RwSignal::new(None::<AppError>), RwSignal::new(false));
    let (verified, leaving) = (RwSignal::new(false), RwSignal::new(false));
    let cost = words::cost(action, asked.about.as_deref());
    let asked = StoredValue::new(asked);
    let perform = move || {
        let AskedFor { intent, about } = asked.get_value();
        way.perform(intent, about);
    };
    let done = move |answer| match answer {
        Ok(()) => {
            verified.set(true);
            perform();
        }
        Err(AppError::PasswordRequired) => {
            let then = AfterPassword::Open(Page::StepUp(action));
            shell.after_password.set(Some(then));
            go(Page::ConfirmPassword, true);
        }
        Err(AppError::NothingPending) => {
            shell.say(words::refusal(&AppError::NothingPending));
            go(Page::Profile, true);
        }
        Err(error) => {
            refused.try_set(Some(error));
        }
    };
    let intent = move || asked.with_value(|asked| asked.intent.clone());
    // What no further try can mend leads back to where it was asked.
    effect(move || {
        let final_word = way
            .failed
            .get()
            .filter(|error| !words::may_work_again(error) && !words::is_from_between(error));
        if let Some(error) = final_word {
            shell.say(words::refusal(&error));
            shell.refresh();
            go(back(&intent()), true);
        }
    });
    let submit = move |given| match given {
        Given::Code(code) => {
            let intent = intent();
            shell.call(pending, verify_code(StepUpCode { intent, code }), done);
        }
        Given::BackupCode(code) => {
            let request = StepUpCode {
                intent: intent(),
                code,
            };
            shell.call(pending, verify_backup_code(request), done);
        }
    };
    let leave = move || {
        let back = back(&asked.read_value().intent);
        // Whether it is forgotten now or lapses in ten minutes: nothing was granted.
        shell.call(leaving, cancel(), move |_| go(back, true));
    };
    let failed = Signal::derive(move || way.failed.get().map(|error| words::refusal(&error)));
    view! {
        <Alert kind=AlertKind::Info live=false><p use:written=cost.into()></p></Alert>
        <div class="card">
            <FormError error=failed retry=perform />
            <When holds=move || !verified.get()>
                <SecondFactorForm refused pending on_submit=submit on_cancel=leave />
            </When>
            <When holds=move || verified.get() && way.failed.read().is_none()>
                <Skeleton lines=2 />
            </When>
        </div>
    }
}

/// Where the action was asked for.
fn back(intent: &Intent) -> Page {
    match intent {
        Intent::Reset | Intent::Delete | Intent::Generate => Page::Profile,
        Intent::RuleOff { .. } => Page::Accounts,
        Intent::MemberReset { account, .. } => Page::Members(account.clone()),
    }
}
