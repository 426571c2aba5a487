use js_sys::Date;
use wasm_bindgen::JsValue;

/// An instant in Unix milliseconds as the browser's `Date`.
#[allow(
    clippy::cast_precision_loss,
    reason = "whole milliseconds are exact in a double for 285,000 years"
)]
pub(crate) fn date(milliseconds: i64) -> Date {
    Date::new(&JsValue::from_f64(milliseconds as f64))
}

/// The instant in UTC, such as `2026-11-24T09:30:00.000Z`.
pub fn iso(milliseconds: i64) -> String {
    date(milliseconds).to_iso_string().into()
}

/// The day in the user's time zone, such as `2026-11-24`.
pub fn day(milliseconds: i64) -> String {
    day_of(&date(milliseconds))
}

/// The current day, such as `2026-11-24`.
pub fn today() -> String {
    day_of(&Date::new_0())
}

fn day_of(date: &Date) -> String {
    format!(
        "{}-{:02}-{:02}",
        date.get_full_year(),
        date.get_month() + 1,
        date.get_date()
    )
}
