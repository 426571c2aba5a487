/// The device's clock in Unix milliseconds, read only here. Used only for display, never for a
/// decision.
#[allow(
    clippy::cast_possible_truncation,
    reason = "whole milliseconds fit far beyond any date"
)]
pub(crate) fn now_ms() -> i64 {
    js_sys::Date::now() as i64
}
