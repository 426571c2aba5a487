use leptos::prelude::*;

use super::frame::Specimen;
use crate::ui::{Badge, BadgeKind, Button, Cell, RowHead, Switch, Table};

const COLUMNS: [&str; 4] = ["Account", "Your role", "MFA", "Action"];

pub(super) fn specimens() -> AnyView {
    let columns = || COLUMNS.to_vec();
    view! {
        <Specimen state="With rows"><Table caption="Accounts" columns=columns()>{rows()}</Table></Specimen>
        <Specimen state="Newer rows on their way"><Table caption="Accounts" columns=columns() loading=true>{rows()}</Table></Specimen>
        <Specimen state="Empty: a sentence in the table's place says what to do">
            <p class="muted">"You are in no account yet. Ask the person who invited you to add you to one."</p>
        </Specimen>
    }
    .into_any()
}

fn rows() -> impl IntoView {
    let accounts = [
        ("Example Ltd", "Owner", BadgeKind::Ok, "On", true),
        (
            "Sample GmbH",
            "Member",
            BadgeKind::Warning,
            "Setup required",
            false,
        ),
        (
            "An account whose name is as long as a name may ever become, and then some",
            "Member",
            BadgeKind::Off,
            "Off",
            false,
        ),
    ];
    let row = |(name, role, kind, state, owned)| {
        view! {
            <tr class="table__row" role="row">
                <RowHead>{name}</RowHead>
                <Cell label="Your role">{role}</Cell>
                <Cell label="MFA"><Badge label=state kind /></Cell>
                <Cell label="Action">
                    {if owned {
                        view! { <Switch label=format!("Require MFA for {name}") checked=true /> }.into_any()
                    } else {
                        view! { <Button label="Reset MFA" /> }.into_any()
                    }}
                </Cell>
            </tr>
        }
    };
    accounts.map(row)
}
