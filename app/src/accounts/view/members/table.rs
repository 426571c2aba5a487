use domain::{
    members::{MemberState, NoReset},
    time::Timestamp,
};
use leptos::prelude::*;

use super::{super::asked::Asked, reset::Resets};
use crate::{
    accounts::api::{MemberRow, MembersShown},
    reactive::{memo, shown},
    ui::{Badge, BadgeKind, Button, Cell, Name, RelativeTime, RowHead, Table, written},
    words,
};

/// A page of members.
#[component]
pub(super) fn MembersTable(asked: Asked<MembersShown>, resets: Resets) -> impl IntoView {
    let columns = vec![
        "Name",
        "Email",
        "Role",
        "MFA",
        "Added",
        "Last used",
        "Action",
    ];
    let members = move || {
        asked
            .answer
            .read()
            .as_ref()
            .map_or_else(Vec::new, |shown| shown.members.clone())
    };
    view! {
        <Table caption="Members" columns loading=asked.loading>
            // By person: a row is never another person's from before, and a button that has the focus keeps it when newer rows come.
            <For each=members key=|member| member.id.clone() let:member>
                <Row member asked resets />
            </For>
        </Table>
    }
}

#[component]
fn Row(
    /// As it came first.
    member: MemberRow,
    /// What came since.
    asked: Asked<MembersShown>,
    resets: Resets,
) -> impl IntoView {
    let row = memo(move || {
        let newer = asked.answer.with(|shown| {
            let mut members = shown.iter().flat_map(|shown| &shown.members);
            members.find(|newer| newer.id == member.id).cloned()
        });
        newer.unwrap_or_else(|| member.clone())
    });
    let name = Signal::derive(move || row.read().name.clone());
    let email = Signal::derive(move || row.read().email.clone());
    let role = Signal::derive(move || words::role(row.read().role).to_owned());
    let state = memo(move || row.read().state);
    // Not the whole row: a newer time of use leaves the button alone.
    let reset = memo(move || (row.read().state.has_mfa(), row.read().no_reset));
    let (added, used) = (
        memo(move || row.read().added_at),
        memo(move || row.read().used_at),
    );
    let badge = shown(move || {
        let state = state.get();
        let kind = match state {
            MemberState::On => BadgeKind::Ok,
            MemberState::Off => BadgeKind::Off,
            MemberState::SetupRequired | MemberState::Locked => BadgeKind::Warning,
        };
        view! { <Badge label=state.as_str() kind /> }.into_any()
    });
    let action = shown(move || match reset.get() {
        (true, why) => view! { <Reset row why resets /> }.into_any(),
        (false, _) => "–".into_any(),
    });
    view! {
        <tr class="table__row" role="row">
            <RowHead><Name text=name /></RowHead>
            <Cell label="Email"><Name text=email /></Cell>
            <Cell label="Role"><span use:written=role></span></Cell>
            <Cell label="MFA">{badge}</Cell>
            <Cell label="Added">{shown(move || time(added.get()))}</Cell>
            <Cell label="Last used">{shown(move || time(used.get()))}</Cell>
            <Cell label="Action">{action}</Cell>
        </tr>
    }
}

fn time(at: Option<Timestamp>) -> AnyView {
    at.map_or_else(
        || "–".into_any(),
        |at| view! { <RelativeTime at=at.millis() /> }.into_any(),
    )
}

/// `Reset MFA`: in its row it needs no further name.
#[component]
fn Reset(row: Memo<MemberRow>, why: Option<NoReset>, resets: Resets) -> impl IntoView {
    let id = row.read_untracked().id.clone();
    if let Some(why) = why {
        let reason_id = format!("no-reset-{id}");
        view! {
            <Button label="Reset MFA" disabled=true described_by=reason_id.clone() />
            <p class="members__reason" id=reason_id>{words::no_reset(why)}</p>
        }
        .into_any()
    } else {
        let pending = Signal::derive(move || resets.is_starting(&id));
        view! { <Button label="Reset MFA" pending on_press=move || resets.press(row.get_untracked()) /> }
            .into_any()
    }
}
