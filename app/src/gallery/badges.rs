use std::time::Duration;

use leptos::prelude::*;

use super::frame::Specimen;
use crate::ui::{Badge, BadgeKind, Detail, DetailsList, Name, RelativeTime};

const BADGES: [(&str, BadgeKind); 4] = [
    ("On", BadgeKind::Ok),
    ("Off", BadgeKind::Off),
    ("Setup required", BadgeKind::Warning),
    ("Default", BadgeKind::Plain),
];

/// From just now to last year.
const AGES: [Duration; 5] = [
    Duration::ZERO,
    Duration::from_mins(3),
    Duration::from_hours(5),
    Duration::from_hours(24 * 9),
    Duration::from_hours(24 * 400),
];

pub(super) fn specimens() -> AnyView {
    let badge = |(label, kind)| view! { <Badge label kind /> };
    let time = |age| view! { <li><RelativeTime at=before_now(age) /></li> };
    view! {
        <Specimen state="Badges: ok, off, warning, a property"><div class="row">{BADGES.map(badge)}</div></Specimen>
        <Specimen state="Times; the exact one on hover and focus"><ul>{AGES.map(time)}</ul></Specimen>
        <Specimen state="Details">
            <DetailsList>
                <Detail label="Email"><Name text="ada@example.com" /></Detail>
                <Detail label="Accounts"><ul><li>"Example Ltd · Owner"</li><li>"Sample GmbH · Member"</li></ul></Detail>
                <Detail label="A name that is longer than most">"a-value-without-a-place-to-break-it-as-addresses-sometimes-are@subdomain.example.com"</Detail>
                <Detail label="Last sign-in"><RelativeTime at=before_now(AGES[2]) /></Detail>
            </DetailsList>
        </Specimen>
    }
    .into_any()
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "whole milliseconds of a present date"
)]
fn before_now(age: Duration) -> i64 {
    js_sys::Date::now() as i64 - age.as_millis() as i64
}
