//! Leads from the request to the action: asks, verifies if necessary, performs.

use domain::second_factor::{methods::MethodType, step_up::Intent};
use leptos::prelude::*;
use usecases::{
    accounts::{OneAccount, OneMember},
    mfa::{DeletedMethod, OneMethod},
    step_up::NextStep,
};

use super::page::back;
use crate::{
    api::{
        accounts::{lift_rule, reset_member},
        mfa::{delete, generate},
        session::whoami,
        step_up::ask,
    },
    features::mfa::key_prompt::{is_key, tell_browser},
    routes::{AfterPassword, Page},
    shell::{HistoryEntry, Navigator, Shell, navigator, shell},
    wire::error::AppError,
    words,
};

/// Leads through an action that needs an Identity verification.
#[derive(Clone, Copy)]
pub(crate) struct ActionFlow {
    shell: Shell,
    navigator: Navigator,
    /// Whether a request is being sent.
    pub busy: RwSignal<bool>,
    /// Why the last request was refused.
    pub failed: RwSignal<Option<AppError>>,
    /// The action whose response was lost, so that it may have been performed.
    lost: StoredValue<Option<Intent>>,
}

/// Creates the state for one page.
pub(crate) fn action_flow() -> ActionFlow {
    let (shell, navigator) = (shell(), navigator());
    let failed = RwSignal::new(None);
    shell.forget_once_back(failed);
    ActionFlow {
        shell,
        navigator,
        busy: RwSignal::new(false),
        failed,
        lost: StoredValue::new(None),
    }
}

impl ActionFlow {
    /// Requests the action and goes to the verification; or performs the action at once, if a
    /// sign-in by backup code counts as its verification or an earlier verification is still valid.
    /// `about` is the name of the account or member.
    pub fn start(self, intent: Intent, about: Option<String>) {
        self.ask(intent, about, HistoryEntry::New);
    }

    /// Like [`Self::start`], for a page that only leads to the action: the page is removed from the
    /// history.
    pub fn resume(self, intent: Intent, about: Option<String>) {
        self.ask(intent, about, HistoryEntry::Replaced);
    }

    fn ask(self, intent: Intent, about: Option<String>, entry: HistoryEntry) {
        self.failed.set(None);
        if intent == Intent::Generate && self.is_lost(&intent) {
            return self.look_what_became(intent, Some(entry));
        }
        self.ask_server(intent, about, entry);
    }

    fn ask_server(self, intent: Intent, about: Option<String>, entry: HistoryEntry) {
        self.shell.call(
            self.busy,
            ask(intent.clone().into()),
            move |answer| match answer {
                Ok(NextStep::Verify) => {
                    self.navigator.open(&Page::StepUp(intent.action()), entry);
                }
                Ok(NextStep::Granted) => self.perform(intent, about),
                Err(AppError::PasswordRequired) => {
                    let then = AfterPassword::Perform(intent);
                    self.shell.return_to.after_password.set(Some(then));
                    self.navigator.open(&Page::ConfirmPassword, entry);
                }
                Err(error) => self.fail(error),
            },
        );
    }

    /// Performs the verified action; `about` is the name of the account or member.
    pub fn perform(self, intent: Intent, about: Option<String>) {
        self.failed.set(None);
        let Self { shell, .. } = self;
        match intent {
            Intent::Add => {
                shell.handover.set_up_is_open.set_value(true);
                self.leave(&Page::NewMethod);
            }
            Intent::Reset { .. } => {
                // The user may have left the wizard of another method.
                shell.handover.end_set_up();
                shell.handover.set_up_is_open.set_value(true);
                self.leave(&Page::SetUp);
            }
            Intent::Delete { ref method } => {
                let method = method.clone();
                let methods = shell.session.methods();
                let kind = methods.iter().find(|other| other.id == method);
                let kind = kind.map_or(MethodType::Application, |method| method.method_type);
                self.run(intent, delete(Some(OneMethod { method })), move |deleted| {
                    let DeletedMethod {
                        viewer,
                        new_default,
                    } = deleted;
                    shell.flash.say(if viewer.has_mfa {
                        words::one_deleted(new_default.as_deref())
                    } else {
                        words::deleted(kind)
                    });
                    shell.set_viewer(Some(viewer));
                    if is_key(kind) {
                        tell_browser();
                    }
                    self.leave(&Page::Profile);
                });
            }
            Intent::Generate => self.run(intent, generate(), move |sheet| {
                shell.handover.sheet.set_value(Some(sheet));
                shell.amend(|viewer| viewer.has_unsaved_codes = true);
                self.leave(&Page::BackupCodes);
            }),
            Intent::RuleOff { ref account } => {
                let account = account.clone();
                self.run(intent, lift_rule(OneAccount { account }), move |()| {
                    shell.flash.say(words::rule_lifted(about.as_deref()));
                    self.leave(&Page::Accounts);
                });
            }
            Intent::MemberReset {
                ref account,
                ref member,
            } => {
                let account = account.clone();
                let request = OneMember {
                    account: account.clone(),
                    member: member.clone(),
                };
                self.run(intent, reset_member(request), move |()| {
                    shell.flash.say(words::member_reset(about.as_deref()));
                    self.leave(&Page::Members(account));
                });
            }
        }
    }

    fn run<T: 'static>(
        self,
        intent: Intent,
        request: impl Future<Output = Result<T, AppError>> + 'static,
        done: impl FnOnce(T) + 'static,
    ) {
        self.shell
            .call(self.busy, request, move |answer| match answer {
                Ok(result) => done(result),
                Err(error) => self.not_done(intent, error),
            });
    }

    /// Not generic, so that the pages contain it only once.
    fn not_done(self, intent: Intent, error: AppError) {
        if words::is_lost(&error) {
            self.lost.try_set_value(Some(intent));
        } else if self.is_lost(&intent) {
            // The previous attempt, whose response was lost, took the grant.
            return self.look_what_became(intent, None);
        }
        self.fail(error);
    }

    fn is_lost(self, intent: &Intent) -> bool {
        self.lost.try_get_value().flatten().as_ref() == Some(intent)
    }

    /// After a lost response, asks for the state. New codes that were never shown are replaced on
    /// the page that shows codes. Other actions are requested again (`ask_again`: whether the page
    /// is removed from the history), or the user is told to check.
    fn look_what_became(self, intent: Intent, ask_again: Option<HistoryEntry>) {
        self.shell
            .call(self.busy, whoami(), move |answer| match answer {
                Ok(viewer) => {
                    let waits = viewer
                        .as_ref()
                        .is_some_and(|viewer| viewer.has_unsaved_codes);
                    self.shell.set_viewer(viewer);
                    self.lost.try_set_value(None);
                    if intent == Intent::Generate && waits {
                        self.leave(&Page::BackupCodes);
                    } else if let Some(entry) = ask_again {
                        self.ask_server(intent, None, entry);
                    } else {
                        self.shell.flash.warn(words::PERHAPS_DONE.to_owned());
                        self.leave(&back(&intent));
                    }
                }
                Err(error) => self.fail(error),
            });
    }

    fn leave(self, page: &Page) {
        // The user may have left the page meanwhile. Then they stay where they are.
        self.navigator.replace(page);
    }

    fn fail(self, error: AppError) {
        self.failed.try_set(Some(error));
    }
}
