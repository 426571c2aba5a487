use domain::{
    ids::CodeSetId,
    second_factor::{
        enrolment::{CodesFor, may_keep_codes},
        methods::MethodType,
    },
};
use leptos::prelude::*;

use usecases::mfa::{CodeSheet, NextPageData, SavedCodes};

use super::{SetUpStep, Steps, WizardPath, unsaved_codes::AskBeforeLeaving};
use crate::{
    api::{
        mfa::{backup_codes, finish, keep_codes},
        session::whoami,
    },
    boot_protocol,
    features::mfa::key_prompt::is_key,
    routes::{AfterPassword, Page},
    shell::{navigator, shell, view::app_error_alert::in_words},
    ui::{
        Alert, AlertKind, BrowserRefusal, Button, ButtonKind, Checkbox, CodeList, CopyButton,
        FocusHeading, FormError, Glyph, SubmitForm,
        boxed::{boxed_view, effect, memo},
        browser::boot::meta,
        busy_button, day, download_text, focus_first_invalid, print, submit_button,
        text::format::slug,
        text_content, waiting_card,
    },
    wire::{connection::passes, error::AppError},
    words::{self, named},
};

/// `/profile/mfa/backup-codes`: ten codes, shown once.
#[component]
pub(crate) fn BackupCodes() -> impl IntoView {
    let shell = shell();
    let navigator = navigator();
    let sheet = RwSignal::new(shell.handover.take_sheet());
    let failed = RwSignal::new(None::<AppError>);
    let is_drawn_anew = RwSignal::new(false);
    let has_failed = StoredValue::new(false);
    let fetch = move || {
        failed.set(None);
        has_failed.set_value(false);
        shell.call(
            RwSignal::new(false),
            backup_codes(),
            move |answer| match answer {
                Ok(fresh) => {
                    is_drawn_anew.try_set(true);
                    sheet.try_set(Some(fresh));
                }
                Err(AppError::NothingPending) => {
                    shell.flash.keep();
                    navigator.replace(&Page::Profile);
                }
                Err(AppError::PasswordRequired) => {
                    let then = AfterPassword::Open(Page::BackupCodes);
                    shell.return_to.after_password.set(Some(then));
                    shell.flash.keep();
                    navigator.replace(&Page::ConfirmPassword);
                }
                Err(error) => {
                    has_failed.try_set_value(passes(&error));
                    failed.try_set(Some(error));
                }
            },
        );
    };
    shell.load_once_back(has_failed, Box::new(fetch));
    let may_fetch = untrack(|| shell.session.has_unsaved_codes());
    match (sheet.read_untracked().is_some(), may_fetch) {
        (true, _) => {}
        (false, true) => fetch(),
        // Nothing is pending: the user opened a deep link, or came Back after the wizard.
        (false, false) => {
            effect(move || {
                shell.flash.keep();
                navigator.replace(&Page::Profile);
            });
        }
    }
    // Generating codes alone is not part of the wizard.
    let is_wizard = memo(move || {
        sheet.with(|sheet| match sheet.as_ref()?.reason {
            CodesFor::Added if shell.return_to.after_set_up.read().is_none() => {
                Some(WizardPath::First)
            }
            CodesFor::Added | CodesFor::Reset => Some(WizardPath::Short),
            CodesFor::Generated => None,
        })
    });
    // A reset is of an application, whatever the default is.
    let kind = move |path| {
        let is_reset = sheet.with(|sheet| {
            let sheet = sheet.as_ref();
            sheet.is_some_and(|sheet| sheet.reason == CodesFor::Reset)
        });
        if is_reset && path == WizardPath::Short {
            MethodType::Application
        } else {
            shell.session.default_type()
        }
    };
    let said = in_words(failed);
    view! {
        <div class="page--narrow">
            {boxed_view(move || is_wizard.get().map(|path| view! { <Steps at=SetUpStep::BackupCodes path kind=kind(path) /> }.into_any()).into_any())}
            <FocusHeading label=words::BACKUP_CODES />
            <FormError error=said retry=fetch />
            {boxed_view(move || match sheet.get() {
                Some(sheet) => view! { <DrawnAnew is_drawn_anew /><Sheet sheet /> }.into_any(),
                None if failed.read().is_some() => ().into_any(),
                None => waiting_card(8),
            })}
        </div>
    }
}

/// Codes are shown only once. After a reload the page shows new codes, which the user must save.
#[component]
fn DrawnAnew(is_drawn_anew: RwSignal<bool>) -> impl IntoView {
    is_drawn_anew.get_untracked().then(|| {
        view! {
            <div class="no-print">
                <Alert kind=AlertKind::Warning>{words::CODES_DRAWN_ANEW}</Alert>
            </div>
        }
        .into_any()
    })
}

#[component]
fn Sheet(sheet: CodeSheet) -> impl IntoView {
    let codes: Vec<String> = sheet
        .codes
        .iter()
        .map(|code| code.expose().to_owned())
        .collect();
    let date = day(sheet.made_at.millis());
    let brand = meta(boot_protocol::meta::BRAND);
    let heading = format!("{} · {} · {date}", named(&brand), named(&sheet.email));
    let file_name = format!("backup-codes-{}-{date}.txt", slug(&brand));
    let text = words::codes_file(&brand, &sheet.email, &date, &codes);
    let (saved, finished) = (RwSignal::new(false), RwSignal::new(false));
    let (reason, old_left) = (sheet.reason, sheet.old_left);
    let waits = old_left.is_some();
    let handed = RwSignal::new(String::new());
    let download = move || {
        let taken = download_text(&file_name, &text);
        handed.set(ticked(
            saved,
            taken,
            words::CODES_HANDED_OVER,
            words::CODES_NOT_TAKEN,
        ));
    };
    let on_paper = move || {
        let taken = print();
        handed.set(ticked(
            saved,
            taken,
            words::CODES_PRINTING,
            words::CODES_NOT_PRINTED,
        ));
    };
    let unsaved = move || !finished.get() && (waits || !saved.get());
    let methods = shell().session.methods();
    let has_keys_only =
        !methods.is_empty() && methods.iter().all(|method| is_key(method.method_type));
    let save_the_codes = if has_keys_only {
        words::SAVE_THE_CODES_OF_KEYS
    } else {
        words::SAVE_THE_CODES
    };
    view! {
        <AskBeforeLeaving unsaved=Signal::derive(unsaved) waits />
        <p class="lead no-print">{save_the_codes}</p>
        <div class="card stack">
            <section class="print-sheet">
                <p class="print-only" use:text_content=heading.into()></p>
                <p class="print-only">{words::CODES_ON_PAPER}</p>
                <CodeList id="codes" label=words::BACKUP_CODES codes=codes.clone() />
            </section>
            <div class="actions">
                <CopyButton label="Copy" text=codes.join("\n") source="codes" on_copy=move || saved.set(true) />
                <Button label="Download" icon=Glyph::Download on_press=download />
                <Button label="Print" icon=Glyph::Print on_press=on_paper />
            </div>
            <p class="handed no-print" role="status" use:text_content=handed.into()></p>
            {words::old_codes(reason, old_left).map(|said| view! { <p class="no-print">{said}</p> }.into_any())}
            <Finish saved finished set=sheet.set reason may_keep=may_keep_codes(reason, old_left) />
        </div>
    }
}

/// Ticks the box if the browser accepted the codes. The returned message says what to do if that
/// had no effect, which only the user can see.
fn ticked(
    saved: RwSignal<bool>,
    taken: Result<(), BrowserRefusal>,
    done: &str,
    refused: &str,
) -> String {
    if taken.is_err() {
        return refused.to_owned();
    }
    saved.set(true);
    done.to_owned()
}

#[component]
fn Finish(
    saved: RwSignal<bool>,
    finished: RwSignal<bool>,
    set: CodeSetId,
    reason: CodesFor,
    may_keep: bool,
) -> impl IntoView {
    let shell = shell();
    let navigator = navigator();
    let busy = RwSignal::new(false);
    let missing = RwSignal::new(None::<String>);
    let failed = RwSignal::new(None::<AppError>);
    let was_lost = StoredValue::new(false);
    shell.forget_once_back(failed);
    effect(move || {
        if saved.get() {
            missing.set(None);
        }
    });
    let set = StoredValue::new(set);
    let over = move |result: String, settled: Option<NextPageData>| {
        let has_left = finished.try_set(true).is_some();
        shell.flash.say(result);
        // Another user may be signed in now; the current page decides where they go.
        if has_left {
            return shell.refresh();
        }
        let next = shell.return_to.take_after_set_up();
        let next = next.unwrap_or(Page::Profile);
        match settled {
            Some(NextPageData { viewer, profile }) => {
                shell.set_viewer(Some(viewer));
                let brought = (next == Page::Profile).then_some(profile);
                shell.handover.profile.set_value(brought);
            }
            None => shell.refresh(),
        }
        navigator.replace(&next);
    };
    let done = move |result: String| {
        move |answer: Result<Option<NextPageData>, AppError>| match answer {
            Ok(settled) => over(result, settled),
            // The response to the previous attempt was lost. If there are no unsaved codes any
            // more, that attempt succeeded.
            Err(error @ AppError::NothingPending) if was_lost.try_get_value() == Some(true) => {
                shell.call(busy, whoami(), move |answer| match answer {
                    Ok(Some(viewer)) if !viewer.has_unsaved_codes => over(result, None),
                    _ => drop(failed.try_set(Some(error))),
                });
            }
            Err(error) => {
                was_lost.try_update_value(|was_lost| *was_lost |= words::is_lost(&error));
                failed.try_set(Some(error));
            }
        }
    };
    let keeps = StoredValue::new(false);
    let submit = move || {
        keeps.set_value(false);
        failed.set(None);
        missing.set((!saved.get_untracked()).then(|| words::CONFIRM_CODES_ARE_SAVED.to_owned()));
        if !saved.get_untracked() {
            return focus_first_invalid();
        }
        let request = SavedCodes {
            set: set.get_value(),
        };
        let said = words::finished(reason, shell.session.default_type());
        shell.call(busy, finish(request), done(said));
    };
    let keep = move || {
        keeps.set_value(true);
        failed.set(None);
        shell.call(busy, keep_codes(), done(words::RESET_KEPT.to_owned()));
    };
    let retry = move || if keeps.get_value() { keep() } else { submit() };
    let said = move || {
        failed.get().map(|error| match error {
            AppError::NothingPending => words::CODES_REPLACED.to_owned(),
            error => words::refusal(&error),
        })
    };
    view! {
        <SubmitForm on_submit=submit busy>
            <FormError error=Signal::derive(said) retry />
            <Checkbox label=words::CODES_ARE_SAVED name="saved" checked=saved error=missing />
            <div class="actions">
                {submit_button("Finish", "Finishing…", busy)}
                {may_keep.then(|| busy_button(words::KEEP_CURRENT_CODES, ButtonKind::Secondary, busy, keep))}
            </div>
        </SubmitForm>
    }
}
