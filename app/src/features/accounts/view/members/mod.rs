//! `/accounts/:id`.

mod content;
mod export;
mod filters;
mod paging;
mod reset;
mod table;

use domain::ids::AccountId;
use leptos::prelude::*;
use usecases::accounts::MemberList;

use self::{content::Content, filters::Filters};
use crate::{
    api::accounts::members,
    shell::{
        Load,
        view::{app_error_alert::AppErrorAlert, not_found::NotFound},
    },
    ui::{
        ButtonKind, FocusHeading,
        boxed::{boxed_view, memo},
        lead, link_button, waiting_card,
    },
    wire::error::AppError,
    words,
};

/// What the page shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum MembersContent {
    Waiting,
    NotFound,
    SetUpOwed,
    Failed,
    Members,
}

impl MembersContent {
    fn of(load: Load<MemberList>) -> Self {
        match load.failed.get() {
            // Replaces members that are already shown, because the user may no longer see them.
            Some(AppError::NotFound | AppError::NotAllowed) => Self::NotFound,
            Some(AppError::SetUpRequired) => Self::SetUpOwed,
            _ if load.answer.read().is_some() => Self::Members,
            Some(_) => Self::Failed,
            None => Self::Waiting,
        }
    }
}

/// `/accounts/:id`: an account's members, for its Owners.
#[component]
pub(crate) fn Members(account: AccountId) -> impl IntoView {
    let filters = Filters::new(account);
    let load = Load::following(move || filters.question.get(), members);
    filters.stay_within(load);
    let what = memo(move || MembersContent::of(load));
    boxed_view(move || match what.get() {
        MembersContent::Members => view! { <Content load filters /> }.into_any(),
        MembersContent::NotFound => view! { <NotFound /> }.into_any(),
        MembersContent::SetUpOwed => view! { <SetUpOwed /> }.into_any(),
        what => view! {
            <div class="page--wide">
                <FocusHeading label="Members" />
                <AppErrorAlert may_repeat=true refused=load.failed retry=move || load.retry() />
                {(what == MembersContent::Waiting).then(|| waiting_card(8))}
            </div>
        }
        .into_any(),
    })
}

/// Tells an Owner without MFA that the account is closed until they set up the MFA that it
/// requires.
#[component]
fn SetUpOwed() -> impl IntoView {
    view! {
        <div class="page--narrow">
            <FocusHeading label=words::SET_UP_MFA_FIRST />
            {lead(words::MEMBERS_CLOSED)}
            <div class="actions">{link_button("/profile/mfa/new", words::ADD_MFA, ButtonKind::Secondary)}</div>
        </div>
    }
}
