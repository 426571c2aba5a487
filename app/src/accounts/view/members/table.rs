use domain::{members::MemberState, time::Timestamp};
use leptos::prelude::*;

use super::{super::asked::Asked, reset::Resets};
use crate::{
    accounts::api::{MemberRow, MembersShown},
    reactive::shown,
    ui::{Badge, BadgeKind, Button, Cell, Name, RelativeTime, RowHead, Table},
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
    // Rows are made anew for each answer: none of them is another person's from before.
    let rows = shown(move || {
        let members = asked.answer.get().map(|shown| shown.members);
        let row = |member| view! { <Row member resets /> }.into_any();
        let rows = members.into_iter().flatten().map(row);
        rows.collect_view().into_any()
    });
    view! { <Table caption="Members" columns loading=asked.loading>{rows}</Table> }
}

#[component]
fn Row(member: MemberRow, resets: Resets) -> impl IntoView {
    let kind = match member.state {
        MemberState::On => BadgeKind::Ok,
        MemberState::Off => BadgeKind::Off,
        MemberState::SetupRequired | MemberState::Locked => BadgeKind::Warning,
    };
    let (name, email) = (member.name.clone(), member.email.clone());
    view! {
        <tr class="table__row" role="row">
            <RowHead><Name text=name /></RowHead>
            <Cell label="Email"><Name text=email /></Cell>
            <Cell label="Role">{words::role(member.role)}</Cell>
            <Cell label="MFA"><Badge label=member.state.as_str() kind /></Cell>
            <Cell label="Added">{time(member.added_at)}</Cell>
            <Cell label="Last used">{time(member.used_at)}</Cell>
            <Cell label="Action">
                {if member.state.has_mfa() {
                    view! { <Reset member resets /> }.into_any()
                } else {
                    "–".into_any()
                }}
            </Cell>
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
fn Reset(member: MemberRow, resets: Resets) -> impl IntoView {
    if let Some(why) = member.no_reset {
        let reason_id = format!("no-reset-{}", member.id);
        view! {
            <Button label="Reset MFA" disabled=true described_by=reason_id.clone() />
            <p class="members__reason" id=reason_id>{words::no_reset(why)}</p>
        }
        .into_any()
    } else {
        let id = member.id.clone();
        let pending = Signal::derive(move || resets.is_starting(&id));
        view! { <Button label="Reset MFA" pending on_press=move || resets.press(member.clone()) /> }
            .into_any()
    }
}
