use domain::second_factor::step_up::Intent;
use leptos::prelude::*;

use super::action_flow;
use crate::{
    features::mfa::key_prompt::is_key,
    shell::{handover::FewCodes, shell, view::app_error_alert::in_words},
    ui::{
        ButtonKind, Dialog, FormError, When,
        boxed::{effect, memo},
        busy_button, button, paragraph,
    },
    words,
};

/// Offers new codes or a new device after a sign-in with one of the last backup codes, so that a
/// user without codes is not stuck. Offers first codes to a user who never had any, and asks the
/// owner of a weak password for a new one.
#[component]
pub(crate) fn RecoveryOffer() -> impl IntoView {
    let (shell, flow) = (shell(), action_flow());
    let open = shell.handover.is_offering;
    let (title, reason) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let is_first = RwSignal::new(false);
    effect(move || {
        if !shell.session.is_full() {
            return;
        }
        if let Some(few) = shell.handover.few_codes.get() {
            title.set(few.title());
            reason.set(few.reason().to_owned());
            is_first.set(few == FewCodes::NeverAny);
            open.set(true);
            shell.handover.few_codes.set(None);
        }
        let tells = shell.handover.take_weak_password();
        if tells && shell.flash.message.read_untracked().is_none() {
            shell.flash.warn(words::WEAK_PASSWORD.to_owned());
        }
    });
    // The offer is for the user who signed in, so it closes if another user signs in, in any tab.
    let person = memo(move || shell.session.email());
    let mut before = None;
    effect(move || {
        let now = person.get();
        if before.is_some() && before != now {
            open.set(false);
            flow.failed.set(None);
        }
        before = now;
    });
    // The dialog closes when the action continues. A refusal keeps it open, with the buttons to try
    // again.
    let mut was_busy = false;
    effect(move || {
        let is_busy = flow.busy.get();
        if was_busy && !is_busy {
            open.set(flow.failed.read_untracked().is_some());
        }
        was_busy = is_busy;
    });
    let failed = in_words(flow.failed);
    // Only an application is set up anew. A lost key is deleted.
    let application = move || {
        shell.session.known.track();
        let mut methods = shell.session.methods().into_iter();
        methods.find(|method| !is_key(method.method_type))
    };
    let reset = move || {
        if let Some(method) = untrack(application) {
            flow.start(Intent::Reset { method: method.id }, None);
        }
    };
    view! {
        <Dialog open label=title>
            {paragraph(reason)}
            <FormError error=failed />
            <div class="actions">
                {busy_button(words::GENERATE_BACKUP_CODES, ButtonKind::Primary, flow.busy, move || flow.start(Intent::Generate, None))}
                <When holds=move || !is_first.get() && application().is_some()>
                    {busy_button(words::SET_UP_NEW_DEVICE, ButtonKind::Secondary, flow.busy, reset)}
                </When>
                {button("Later", ButtonKind::Quiet, move || open.set(false))}
            </div>
        </Dialog>
    }
}
