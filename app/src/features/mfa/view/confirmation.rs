//! What follows when a new method was confirmed, or was not.

use domain::second_factor::methods::MethodType;
use leptos::prelude::*;
use usecases::mfa::CodeSheet;

use crate::{
    api::session::whoami,
    features::mfa::key_prompt::{is_key, tell_browser},
    routes::Page,
    shell::{Navigator, Shell, navigator, shell},
    wire::error::AppError,
    words,
};

/// Confirms a new method.
#[derive(Clone, Copy)]
pub(super) struct Confirmation {
    kind: MethodType,
    shell: Shell,
    navigator: Navigator,
    /// Whether a confirmation is being sent.
    pub busy: RwSignal<bool>,
    /// Why the last one was refused.
    pub refused: RwSignal<Option<AppError>>,
    /// Whether the response to an earlier one was lost.
    was_lost: StoredValue<bool>,
}

impl Confirmation {
    /// For a method of this type.
    pub fn of(kind: MethodType) -> Self {
        Self {
            kind,
            shell: shell(),
            navigator: navigator(),
            busy: RwSignal::new(false),
            refused: RwSignal::new(None),
            was_lost: StoredValue::new(false),
        }
    }

    /// Sends a confirmation, and goes on by its answer.
    pub fn send(
        self,
        request: impl Future<Output = Result<Option<CodeSheet>, AppError>> + 'static,
    ) {
        self.shell
            .call(self.busy, request, move |answer| self.follow(answer));
    }

    fn follow(self, answer: Result<Option<CodeSheet>, AppError>) {
        let Self {
            shell, navigator, ..
        } = self;
        match answer {
            // A further method brings no codes.
            Ok(None) => {
                shell.handover.end_set_up();
                shell.flash.say(words::added(self.kind));
                shell.refresh();
                self.tell_browser();
                navigator.replace(&Page::Profile);
            }
            Ok(Some(mut sheet)) => {
                let viewer = sheet.viewer.take();
                shell.handover.sheet.set_value(Some(sheet));
                // A forced set-up ends with this answer, so Back must not return to it.
                match viewer {
                    Some(viewer) => shell.set_viewer(Some(viewer)),
                    None => shell.refresh(),
                }
                shell.handover.end_set_up();
                self.tell_browser();
                navigator.replace(&Page::BackupCodes);
            }
            Err(error @ (AppError::AlreadySetUp | AppError::NothingPending)) => {
                if self.was_lost.try_get_value() == Some(true) {
                    self.look_what_became(error);
                } else {
                    self.give_up(error);
                    shell.refresh();
                }
            }
            Err(error) => {
                let is_lost = words::is_lost(&error);
                self.was_lost
                    .try_update_value(|was_lost| *was_lost |= is_lost);
                self.refused.try_set(Some(error));
            }
        }
    }

    /// If the response to this tab's own confirmation was lost, this session has codes to save.
    fn look_what_became(self, error: AppError) {
        let Self {
            shell, navigator, ..
        } = self;
        shell.call(self.busy, whoami(), move |answer| {
            let has_codes = matches!(&answer, Ok(Some(viewer)) if viewer.has_unsaved_codes);
            match answer {
                Ok(viewer) => shell.set_viewer(viewer),
                Err(_) => shell.refresh(),
            }
            if has_codes {
                shell.handover.end_set_up();
                return navigator.replace(&Page::BackupCodes);
            }
            self.give_up(error);
        });
    }

    fn give_up(self, error: AppError) {
        self.shell.flash.warn(words::refusal(&error));
        self.navigator.replace(&Page::Profile);
    }

    fn tell_browser(self) {
        if is_key(self.kind) {
            tell_browser();
        }
    }
}
