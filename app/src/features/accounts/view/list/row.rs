use domain::people::roles::Role;
use leptos::prelude::*;
use leptos_router::components::A;

use usecases::accounts::{AccountRow, Protection};

use super::rule::Rules;
use crate::{
    routes::Page,
    shell::Load,
    ui::{
        Cell, Name, RelativeTime, RowHead, Switch,
        boxed::{boxed_view, memo},
        text_content,
    },
    words::{self, grouped},
};

/// An account's row. The row's elements stay when its data changes.
#[component]
pub(super) fn Row(
    /// The account as first loaded.
    account: AccountRow,
    /// The newest answer.
    load: Load<Vec<AccountRow>>,
    /// How to change its rule.
    rules: Rules,
    /// Whether the Owners' columns are shown.
    with_protection: bool,
) -> impl IntoView {
    let row = memo(move || {
        let id = &account.id;
        let newer = load.answer.with(|accounts| {
            let mut accounts = accounts.iter().flatten();
            accounts.find(|newer| newer.id == *id).cloned()
        });
        newer.unwrap_or_else(|| account.clone())
    });
    let is_owner = memo(move || row.read().role == Role::Owner);
    let name = memo(move || row.read().name.clone());
    let title = boxed_view(move || {
        if is_owner.get() {
            let href = Page::Members(row.read_untracked().id.clone()).path();
            view! { <A href><Name text=name /></A> }.into_any()
        } else {
            view! { <Name text=name /> }.into_any()
        }
    });
    let role = Signal::derive(move || words::role(row.read().role).to_owned());
    let protection = move |words: fn(Protection) -> String| {
        Signal::derive(move || row.read().protection.map_or_else(|| "–".to_owned(), words))
    };
    view! {
        <tr class="table__row" role="row">
            <RowHead>{title}</RowHead>
            <Cell label=words::YOUR_ROLE><span use:text_content=role></span></Cell>
            <Cell label="MFA"><Rule row is_owner name rules /></Cell>
            {with_protection.then(|| {
                view! {
                    <Cell label="Members"><span use:text_content=protection(|of| grouped(of.members))></span></Cell>
                    <Cell label="Protected"><span use:text_content=protection(words::protected)></span></Cell>
                }
                    .into_any()
            })}
        </tr>
    }
}

/// The switch, and who last set the rule and when.
#[component]
fn Rule(
    row: Memo<AccountRow>,
    is_owner: Memo<bool>,
    name: Memo<String>,
    rules: Rules,
) -> impl IntoView {
    let label = Signal::derive(move || words::require_mfa_for(&name.read()));
    let checked = Signal::derive(move || row.read().requires_mfa);
    let busy = Signal::derive(move || rules.is_changing(&row.read().id));
    let switch = boxed_view(move || {
        if is_owner.get() {
            let press = move || rules.press(row.get_untracked());
            view! { <Switch label checked busy on_press=press /> }.into_any()
        } else {
            view! { <Switch label checked fixed_because=words::OWNERS_ONLY /> }.into_any()
        }
    });
    let set_by = boxed_view(move || {
        let row = row.read();
        let set = row.rule.as_ref().map(|rule| {
            let at = rule.at.millis();
            let said = words::rule_set_by(row.requires_mfa, rule.by.as_deref());
            view! { <p class="rule__set"><span use:text_content=said.into()></span><RelativeTime at /></p> }.into_any()
        });
        set.into_any()
    });
    view! {
        <div class="rule">
            {switch}
            {set_by}
        </div>
    }
}
