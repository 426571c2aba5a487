//! From the wish to the action: asked, verified where needed, performed.

use domain::second_factor::step_up::Intent;
use leptos::prelude::*;
use usecases::{
    accounts::{OneAccount, OneMember},
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
    routes::{AfterPassword, Page},
    shell::{Shell, go, shell},
    wire::error::AppError,
    words,
};

/// Leads through an action that needs an Identity verification.
#[derive(Clone, Copy)]
pub(crate) struct Way {
    shell: Shell,
    go: Callback<(Page, bool)>,
    /// Whether something is on its way.
    pub pending: RwSignal<bool>,
    /// Why the last try was refused.
    pub failed: RwSignal<Option<AppError>>,
    /// The action whose answer was lost on its way: it may have been done.
    lost: StoredValue<Option<Intent>>,
}

/// The way, for one page.
pub(crate) fn way() -> Way {
    let (shell, go) = (shell(), go());
    let failed = RwSignal::new(None);
    shell.forget_once_back(failed);
    Way {
        shell,
        go: Callback::new(move |(page, replace)| go(page, replace)),
        pending: RwSignal::new(false),
        failed,
        lost: StoredValue::new(None),
    }
}

impl Way {
    /// Asks for the action, and goes on to the verification; or to the action itself where a sign-in by backup code stands for it, or where
    /// a verification is still good. `about` is the name of the account or member.
    pub fn start(self, intent: Intent, about: Option<String>) {
        self.ask(intent, about, false);
    }

    /// Does so for a page that only leads there: it leaves the history.
    pub fn resume(self, intent: Intent, about: Option<String>) {
        self.ask(intent, about, true);
    }

    fn ask(self, intent: Intent, about: Option<String>, replace: bool) {
        self.failed.set(None);
        if intent == Intent::Generate && self.is_lost(&intent) {
            return self.look_what_became(intent, Some(replace));
        }
        self.ask_server(intent, about, replace);
    }

    fn ask_server(self, intent: Intent, about: Option<String>, replace: bool) {
        self.shell.call(
            self.pending,
            ask(intent.clone()),
            move |answer| match answer {
                Ok(NextStep::Verify) => {
                    self.go.try_run((Page::StepUp(intent.action()), replace));
                }
                Ok(NextStep::Granted) => self.perform(intent, about),
                Err(AppError::PasswordRequired) => {
                    let then = AfterPassword::Perform(intent);
                    self.shell.after_password.set(Some(then));
                    self.go.try_run((Page::ConfirmPassword, replace));
                }
                Err(error) => self.fail(error),
            },
        );
    }

    /// Performs what was verified; `about` is the name of the account or member.
    pub fn perform(self, intent: Intent, about: Option<String>) {
        self.failed.set(None);
        let Self { shell, .. } = self;
        match intent {
            Intent::Reset => {
                shell.reset_is_open.set_value(true);
                self.leave(Page::SetUp);
            }
            Intent::Delete => self.run(intent, delete(), move |viewer| {
                shell.say(words::DELETED.to_owned());
                shell.set_viewer(Some(viewer));
                self.leave(Page::Profile);
            }),
            Intent::Generate => self.run(intent, generate(), move |sheet| {
                shell.sheet.set_value(Some(sheet));
                shell.amend(|viewer| viewer.has_unsaved_codes = true);
                self.leave(Page::BackupCodes);
            }),
            Intent::RuleOff { ref account } => {
                let account = account.clone();
                self.run(intent, lift_rule(OneAccount { account }), move |()| {
                    shell.say(words::rule_lifted(about.as_deref()));
                    self.leave(Page::Accounts);
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
                    shell.say(words::member_reset(about.as_deref()));
                    self.leave(Page::Members(account));
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
            .call(self.pending, request, move |answer| match answer {
                Ok(result) => done(result),
                Err(error) => self.not_done(intent, error),
            });
    }

    /// Not generic, so that the pages hold it once.
    fn not_done(self, intent: Intent, error: AppError) {
        if words::is_lost(&error) {
            self.lost.try_set_value(Some(intent));
        } else if self.is_lost(&intent) {
            // The verification was taken: by the try before, whose answer did not arrive.
            return self.look_what_became(intent, None);
        }
        self.fail(error);
    }

    fn is_lost(self, intent: &Intent) -> bool {
        self.lost.try_get_value().flatten().as_ref() == Some(intent)
    }

    /// After a lost answer: new codes that nobody has seen are replaced by the page that shows them. Anything else is asked for anew (with
    /// whether the page leaves the history), or the person is told to look.
    fn look_what_became(self, intent: Intent, ask_anew: Option<bool>) {
        self.shell
            .call(self.pending, whoami(), move |answer| match answer {
                Ok(viewer) => {
                    let waits = viewer
                        .as_ref()
                        .is_some_and(|viewer| viewer.has_unsaved_codes);
                    self.shell.set_viewer(viewer);
                    self.lost.try_set_value(None);
                    if intent == Intent::Generate && waits {
                        self.leave(Page::BackupCodes);
                    } else if let Some(replace) = ask_anew {
                        self.ask_server(intent, None, replace);
                    } else {
                        self.shell.warn(words::PERHAPS_DONE.to_owned());
                        self.leave(back(&intent));
                    }
                }
                Err(error) => self.fail(error),
            });
    }

    fn leave(self, page: Page) {
        // The person may have left the page meanwhile: then they stay where they are.
        self.go.try_run((page, true));
    }

    fn fail(self, error: AppError) {
        self.failed.try_set(Some(error));
    }
}
