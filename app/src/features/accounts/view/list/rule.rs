//! Changes of an account's rule.

use domain::{ids::AccountId, second_factor::step_up::Intent, session::policy::Standing};
use leptos::prelude::*;
use usecases::accounts::{AccountRow, OneAccount};

use crate::{
    api::accounts::require_mfa,
    features::step_up::view::action_flow,
    shell::{Load, shell},
    ui::{boxed::effect, focus_heading},
    wire::error::AppError,
    words,
};

/// Changes the rules of the listed accounts, one at a time.
#[derive(Clone, Copy)]
pub(super) struct Rules {
    /// The account whose switch was pressed, as it was then.
    pub account: RwSignal<Option<AccountRow>>,
    /// Whether the effect of requiring MFA is shown.
    pub asking: RwSignal<bool>,
    busy: RwSignal<bool>,
    /// Why the last change was refused.
    pub failed: RwSignal<Option<AppError>>,
    require: Callback<AccountRow>,
    verify: Callback<(Intent, String)>,
}

impl Rules {
    /// Creates the state for one page.
    pub fn new(load: Load<Vec<AccountRow>>) -> Self {
        let (shell, flow) = (shell(), action_flow());
        let require = move |account: AccountRow| {
            let AccountRow {
                id: account, name, ..
            } = account;
            let request = require_mfa(OneAccount { account });
            shell.call(flow.busy, request, move |answer| match answer {
                Ok(viewer) => {
                    shell.flash.say(words::rule_set(&name));
                    if matches!(viewer.standing, Standing::Full { .. }) {
                        load.again();
                    }
                    // Sends an Owner without MFA to the set-up, because their session now requires
                    // it.
                    shell.set_viewer(Some(viewer));
                }
                Err(error) => {
                    flow.failed.try_set(Some(error));
                }
            });
        };
        // The user's role has changed meanwhile, so the rows are loaded again.
        effect(move || {
            if matches!(
                flow.failed.get(),
                Some(AppError::NotAllowed | AppError::NotFound)
            ) {
                load.again();
            }
        });
        Self {
            account: RwSignal::new(None),
            asking: RwSignal::new(false),
            busy: flow.busy,
            failed: flow.failed,
            require: Callback::new(require),
            verify: Callback::new(move |(intent, name)| flow.start(intent, Some(name))),
        }
    }

    /// Whether this account's rule is being changed.
    pub fn is_changing(self, account: &AccountId) -> bool {
        let pressed = self.account.read();
        self.busy.get() && pressed.as_ref().is_some_and(|row| row.id == *account)
    }

    /// Handles a press of the switch: switching on asks for confirmation, switching off starts the
    /// verification.
    pub fn press(self, account: AccountRow) {
        if self.busy.get_untracked() {
            return;
        }
        self.failed.set(None);
        let is_on = account.requires_mfa;
        self.account.set(Some(account));
        if is_on {
            self.change();
        } else {
            self.asking.set(true);
        }
    }

    /// Repeats the change. Moves the focus to the heading, because the message and its button
    /// disappear.
    pub fn retry(self) {
        focus_heading();
        self.change();
    }

    /// Changes the rule of the account whose switch was pressed.
    pub fn change(self) {
        self.asking.set(false);
        self.failed.set(None);
        let Some(row) = self.account.get_untracked() else {
            return;
        };
        if row.requires_mfa {
            let intent = Intent::RuleOff { account: row.id };
            self.verify.run((intent, row.name));
        } else {
            self.require.run(row);
        }
    }
}
