use domain::{ids::UserId, second_factor::step_up::Intent};
use leptos::prelude::*;

use usecases::accounts::MemberRow;

use super::filters::Filters;
use crate::{
    features::step_up::view::action_flow,
    ui::{Button, ButtonKind, Dialog, button, focus_heading, paragraph},
    wire::error::AppError,
    words::{self, named},
};

/// Resets members of an account, one at a time.
#[derive(Clone, Copy)]
pub(super) struct Resets {
    filters: Filters,
    /// The member whose button was pressed.
    member: RwSignal<Option<MemberRow>>,
    asking: RwSignal<bool>,
    busy: RwSignal<bool>,
    /// Why the last request was refused.
    pub failed: RwSignal<Option<AppError>>,
    verify: Callback<(Intent, String)>,
}

impl Resets {
    /// Creates the state for one page.
    pub fn new(filters: Filters) -> Self {
        let flow = action_flow();
        Self {
            filters,
            member: RwSignal::new(None),
            asking: RwSignal::new(false),
            busy: flow.busy,
            failed: flow.failed,
            verify: Callback::new(move |(intent, name)| flow.start(intent, Some(name))),
        }
    }

    /// Whether the verification for this member's reset is starting.
    pub fn is_starting(self, member: &UserId) -> bool {
        let pressed = self.member.read();
        self.busy.get() && pressed.as_ref().is_some_and(|row| row.id == *member)
    }

    /// Handles a press of the button: asks for confirmation.
    pub fn press(self, member: MemberRow) {
        if !self.busy.get_untracked() {
            self.failed.set(None);
            self.member.set(Some(member));
            self.asking.set(true);
        }
    }

    /// Repeats the request. Moves the focus to the heading, because the message and its button
    /// disappear.
    pub fn retry(self) {
        focus_heading();
        self.start();
    }

    fn start(self) {
        self.asking.set(false);
        if let Some(member) = self.member.get_untracked() {
            let intent = Intent::MemberReset {
                account: self.filters.question.read_untracked().account.clone(),
                member: member.id,
            };
            self.verify.run((intent, member.name));
        }
    }
}

/// Explains the effect of a reset and asks for confirmation.
#[component]
pub(super) fn ResetDialog(resets: Resets) -> impl IntoView {
    let name = Signal::derive(move || {
        let member = resets.member.read();
        member
            .as_ref()
            .map(|member| named(&member.name))
            .unwrap_or_default()
    });
    let label = Signal::derive(move || words::ask_reset_mfa_of(&name.read()));
    let effect = Signal::derive(move || words::reset_effect(&name.read()));
    view! {
        <Dialog open=resets.asking label>
            {paragraph(effect)}
            <div class="actions">
                {button(words::RESET_MFA, ButtonKind::Danger, move || resets.start())}
                <Button label="Cancel" autofocus=true on_press=move || resets.asking.set(false) />
            </div>
        </Dialog>
    }
}
