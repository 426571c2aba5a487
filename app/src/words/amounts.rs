//! Numbers and times in words.

/// Unit and signed count for `Intl.RelativeTimeFormat`; negative means the past.
///
/// Anything under a minute counts as "now", because the display updates once a minute and seconds
/// would stand still.
pub fn relative_unit(milliseconds: i64) -> (i64, &'static str) {
    const MINUTE: i64 = 60_000;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    match milliseconds.abs() {
        past if past < MINUTE => (0, "second"),
        past if past < HOUR => (milliseconds / MINUTE, "minute"),
        past if past < DAY => (milliseconds / HOUR, "hour"),
        past if past < 30 * DAY => (milliseconds / DAY, "day"),
        past if past < 365 * DAY => (milliseconds / (30 * DAY), "month"),
        _ => (milliseconds / (365 * DAY), "year"),
    }
}

/// English words for a browser without `Intl.RelativeTimeFormat`: `3 minutes ago`.
pub fn relative_words(count: i64, unit: &str) -> String {
    match count.unsigned_abs() {
        0 => "now".to_owned(),
        1 => format!("1 {unit} ago"),
        count => format!("{count} {unit}s ago"),
    }
}

/// A duration to display: `3:05`.
pub fn clock_face(seconds: u32) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// A duration to announce: `3 minutes 5 seconds`.
pub fn duration_words(seconds: u32) -> String {
    let part = |count: u32, unit: &str| match count {
        0 => None,
        1 => Some(format!("1 {unit}")),
        _ => Some(format!("{count} {unit}s")),
    };
    let parts = [part(seconds / 60, "minute"), part(seconds % 60, "second")];
    let words = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    if words.is_empty() {
        "0 seconds".to_owned()
    } else {
        words
    }
}

/// Whether a countdown is announced at this moment. Announcing every second would drown out
/// everything else.
pub fn is_spoken(seconds_left: u32) -> bool {
    seconds_left.is_multiple_of(if seconds_left > 60 { 60 } else { 15 })
}

/// A number with its digits in groups of three: `10,000`.
pub fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let groups: Vec<&[u8]> = digits.as_bytes().rchunks(3).rev().collect();
    let groups = groups.into_iter().map(String::from_utf8_lossy);
    groups.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    #[test]
    fn relative_time_takes_the_largest_whole_unit() {
        for (milliseconds, expected) in [
            (0, (0, "second")),
            (-59_999, (0, "second")),
            (-MINUTE, (-1, "minute")),
            (-59 * MINUTE, (-59, "minute")),
            (-60 * MINUTE, (-1, "hour")),
            (-24 * 60 * MINUTE, (-1, "day")),
            (-29 * 24 * 60 * MINUTE, (-29, "day")),
            (-45 * 24 * 60 * MINUTE, (-1, "month")),
            (-364 * 24 * 60 * MINUTE, (-12, "month")),
            (-365 * 24 * 60 * MINUTE, (-1, "year")),
            (5 * MINUTE, (5, "minute")),
        ] {
            assert_eq!(relative_unit(milliseconds), expected, "{milliseconds} ms");
        }
    }

    #[test]
    fn countdown_reads_well() {
        assert_eq!(clock_face(5), "0:05");
        assert_eq!(clock_face(905), "15:05");
        assert_eq!(duration_words(0), "0 seconds");
        assert_eq!(duration_words(1), "1 second");
        assert_eq!(duration_words(60), "1 minute");
        assert_eq!(duration_words(125), "2 minutes 5 seconds");
    }

    #[test]
    fn countdown_speaks_rarely() {
        let spoken: Vec<u32> = (0..=180).rev().filter(|&left| is_spoken(left)).collect();
        assert_eq!(spoken, [180, 120, 60, 45, 30, 15, 0]);
    }

    #[test]
    fn long_numbers_are_grouped() {
        for (number, expected) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(grouped(number), expected);
        }
    }
}
