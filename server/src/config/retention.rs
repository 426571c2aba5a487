//! How long security events are kept.

use std::time::Duration;

use super::{EventArgs, SettingError};

/// The upper limit: a value above a hundred years is a typing error.
const MAX_DAYS: u64 = 36_525;

/// Reads the setting.
pub fn retention(args: &EventArgs) -> Result<Duration, SettingError> {
    let days = args.event_retention.trim().parse::<u64>().ok();
    days.filter(|days| (1..=MAX_DAYS).contains(days))
        .map(|days| Duration::from_hours(24 * days))
        .ok_or_else(|| {
            let problem = format!(
                "`{}` is not a number of days from 1 to {MAX_DAYS}, such as 400",
                args.event_retention
            );
            SettingError::new("TWINLOCK_EVENT_RETENTION", problem)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn days(text: &str) -> Result<Duration, SettingError> {
        retention(&EventArgs {
            event_retention: text.to_owned(),
        })
    }

    #[test]
    fn it_is_a_number_of_days() {
        assert_eq!(days(" 400 ").unwrap(), Duration::from_hours(9600));
    }

    #[rstest]
    fn anything_else_is_refused(#[values("", "0", "-1", "400d", "1e3", "36526")] text: &str) {
        let error = days(text).unwrap_err().to_string();
        assert!(error.starts_with("TWINLOCK_EVENT_RETENTION: "), "{error}");
    }
}
