use domain::{members::MemberState, time::Timestamp};
use leptos::prelude::*;

use usecases::accounts::{MemberList, MemberRow};

use super::reset::Resets;
use crate::{
    shell::Load,
    ui::{
        Badge, BadgeKind, Button, ButtonKind, Cell, Name, RelativeTime, RowHead, Rows, Table,
        boxed::{boxed_view, memo},
        busy_button, text_content,
    },
    words,
};

/// A page of members.
#[component]
pub(super) fn MembersTable(load: Load<MemberList>, resets: Resets) -> impl IntoView {
    let columns = vec![
        "Name",
        "Email",
        "Role",
        "MFA",
        "Added",
        words::LAST_USED,
        "Action",
    ];
    let ids = Signal::derive(move || {
        load.answer.with(|shown| {
            let members = shown.iter().flat_map(|shown| &shown.members);
            members.map(|member| member.id.to_string()).collect()
        })
    });
    // Rows are keyed by user, so that a focused button keeps the focus when newer rows arrive.
    let row = move |id: String| {
        let member = untrack(|| find_row(load, &id));
        member
            .map(|member| view! { <Row member load resets /> }.into_any())
            .into_any()
    };
    view! {
        <Table caption="Members" columns loading=load.loading>
            <Rows ids row=Callback::new(row) />
        </Table>
    }
}

fn find_row(load: Load<MemberList>, id: &str) -> Option<MemberRow> {
    load.answer.with(|shown| {
        let mut members = shown.iter().flat_map(|shown| &shown.members);
        members.find(|member| member.id.to_string() == id).cloned()
    })
}

/// The content of the last column as a number, so that it notifies only if it changes.
const fn reset_kind(member: &MemberRow) -> u32 {
    match (member.state.has_mfa(), member.no_reset) {
        (false, _) => 0,
        (true, None) => 1,
        (true, Some(why)) => 2 + why as u32,
    }
}

#[component]
fn Row(
    /// The member as first loaded.
    member: MemberRow,
    /// The newest answer.
    load: Load<MemberList>,
    resets: Resets,
) -> impl IntoView {
    let id = member.id.to_string();
    let row = memo(move || find_row(load, &id).unwrap_or_else(|| member.clone()));
    let name = Signal::derive(move || row.read().name.clone());
    let email = Signal::derive(move || row.read().email.clone());
    let role = Signal::derive(move || words::role(row.read().role).to_owned());
    // Depends only on the kind, so that a newer time of use does not rebuild the button.
    let kind = memo(move || reset_kind(&row.read()));
    let badge = boxed_view(move || {
        let state = row.read().state;
        let kind = match state {
            MemberState::On => BadgeKind::Ok,
            MemberState::Off => BadgeKind::Off,
            MemberState::SetupRequired | MemberState::Locked => BadgeKind::Warning,
        };
        view! { <Badge label=state.label() kind /> }.into_any()
    });
    // One application is what nearly everyone has, so it is not said.
    let methods = boxed_view(move || {
        let methods = row.read().methods;
        let is_usual = methods.total() == methods.applications.min(1);
        if is_usual {
            return ().into_any();
        }
        view! { <p class="members__reason">{words::method_counts(methods)}</p> }.into_any()
    });
    let action = boxed_view(move || match kind.get() {
        0 => "–".into_any(),
        _ => view! { <Reset row resets /> }.into_any(),
    });
    view! {
        <tr class="table__row" role="row">
            <RowHead><Name text=name /></RowHead>
            <Cell label="Email"><Name text=email /></Cell>
            <Cell label="Role"><span use:text_content=role></span></Cell>
            <Cell label="MFA">{badge} {methods}</Cell>
            <Cell label="Added">{boxed_view(move || time(row.read().added_at))}</Cell>
            <Cell label=words::LAST_USED>{boxed_view(move || time(row.read().used_at))}</Cell>
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

/// The button `Reset MFA`. Its row names the member.
#[component]
fn Reset(row: Memo<MemberRow>, resets: Resets) -> impl IntoView {
    let MemberRow {
        id, no_reset: why, ..
    } = row.get_untracked();
    if let Some(why) = why {
        let reason_id = format!("no-reset-{id}");
        view! {
            <Button label=words::RESET_MFA disabled=true described_by=reason_id.clone() />
            <p class="members__reason" id=reason_id>{words::no_reset(why)}</p>
        }
        .into_any()
    } else {
        let busy = Signal::derive(move || resets.is_starting(&id));
        busy_button(words::RESET_MFA, ButtonKind::Secondary, busy, move || {
            resets.press(row.get_untracked());
        })
    }
}
