//! Formats an instant as text: UTC by RFC 3339, for output.

use domain::time::Timestamp;

const DAY: i64 = 86_400_000;

/// Formats a time such as `2026-11-24T08:05:09.042Z`.
#[must_use]
pub fn utc(at: Timestamp) -> String {
    let (days, millis) = (at.millis().div_euclid(DAY), at.millis().rem_euclid(DAY));
    let (year, month, day) = civil(days);
    let (seconds, fraction) = (millis / 1000, millis % 1000);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{fraction:03}Z")
}

/// Returns the year, month and day of a day since 1970-01-01 in the proleptic Gregorian calendar.
/// The year starts in March, so that the leap day is its last day; 400 years are one period.
const fn civil(days: i64) -> (i64, i64, i64) {
    let from_era = days + 719_468;
    let (era, of_era) = (from_era.div_euclid(146_097), from_era.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = year + era * 400 + if month <= 2 { 1 } else { 0 };
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(0, "1970-01-01T00:00:00.000Z")]
    #[case(-1, "1969-12-31T23:59:59.999Z")]
    #[case(951_782_400_000, "2000-02-29T00:00:00.000Z")]
    #[case(1_709_251_199_999, "2024-02-29T23:59:59.999Z")]
    #[case(1_709_251_200_000, "2024-03-01T00:00:00.000Z")]
    #[case(1_800_000_000_042, "2027-01-15T08:00:00.042Z")]
    #[case(4_107_542_400_000, "2100-03-01T00:00:00.000Z")]
    fn it_is_the_calendars(#[case] millis: i64, #[case] text: &str) {
        assert_eq!(utc(Timestamp::from_millis(millis)), text);
    }
}
