//! `/accounts`.

mod row;
mod rule;
mod rule_dialog;

use leptos::prelude::*;
use usecases::accounts::AccountRow;

use self::{row::Row, rule::Rules, rule_dialog::RequireDialog};
use crate::{
    api::accounts::list,
    shell::{Load, view::app_error_alert::AppErrorAlert},
    ui::{
        self, FocusHeading, Table,
        boxed::{boxed_view, memo},
        lead, muted, waiting_card,
    },
    words,
};

/// What the page shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ListContent {
    Waiting,
    Nothing,
    Accounts { with_protection: bool },
}

/// `/accounts`: the user's accounts and their MFA rule.
#[component]
pub(crate) fn Accounts() -> impl IntoView {
    let load = Load::following(|| (), |()| list());
    let rules = Rules::new(load);
    let what = memo(move || {
        load.answer.with(|accounts| match accounts.as_deref() {
            None => ListContent::Waiting,
            Some([]) => ListContent::Nothing,
            Some(accounts) => ListContent::Accounts {
                with_protection: accounts.iter().any(|row| row.protection.is_some()),
            },
        })
    });
    view! {
        <div class="page--wide">
            <FocusHeading label="Accounts" />
            <AppErrorAlert may_repeat=true refused=load.failed retry=move || load.retry() />
            <AppErrorAlert may_repeat=true refused=rules.failed retry=move || rules.retry() />
            {boxed_view(move || match what.get() {
                ListContent::Waiting if load.failed.read().is_some() => ().into_any(),
                ListContent::Waiting => waiting_card(6),
                ListContent::Nothing => lead(words::NO_ACCOUNT),
                ListContent::Accounts { with_protection } => view! { <Rows load rules with_protection /> }.into_any(),
            })}
            {muted(words::OPERATOR_ADDS)}
            <RequireDialog rules />
        </div>
    }
}

#[component]
fn Rows(load: Load<Vec<AccountRow>>, rules: Rules, with_protection: bool) -> impl IntoView {
    let mut columns = vec!["Account", words::YOUR_ROLE, "MFA"];
    if with_protection {
        columns.extend(["Members", "Protected"]);
    }
    let ids = Signal::derive(move || {
        load.answer.with(|accounts| {
            let accounts = accounts.iter().flatten();
            accounts.map(|account| account.id.to_string()).collect()
        })
    });
    // Rows are keyed by id, so that a pressed switch keeps the focus when newer rows arrive.
    let row = move |id: String| {
        let account = load.answer.with_untracked(|accounts| {
            let mut accounts = accounts.iter().flatten();
            accounts
                .find(|account| account.id.to_string() == id)
                .cloned()
        });
        account
            .map(|account| view! { <Row account load rules with_protection /> }.into_any())
            .into_any()
    };
    view! {
        <div class="card accounts">
            <Table caption="Accounts" columns loading=load.loading>
                <ui::Rows ids row=Callback::new(row) />
            </Table>
        </div>
    }
}
