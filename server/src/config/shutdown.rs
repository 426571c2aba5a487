//! Time limits for connections and for stopping.

use std::time::Duration;

use super::{SettingError, ShutdownArgs};

/// One hour, because no operator wants to wait longer on purpose.
const MOST_SECONDS: u64 = 3600;

/// Time limits for connections and for stopping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// How long connections are still accepted after the server stops being ready.
    pub delay: Duration,
    /// How long requests in progress may take after that.
    pub limit: Duration,
    /// How long a connection without a request is kept.
    pub idle: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            delay: Duration::ZERO,
            limit: Duration::from_secs(10),
            idle: Duration::from_mins(2),
        }
    }
}

impl Timeouts {
    /// Reads the settings.
    pub fn new(args: &ShutdownArgs) -> Result<Self, SettingError> {
        let seconds = |name, text: &str, least| {
            let seconds = text.trim().parse::<u64>().ok();
            let seconds = seconds.filter(|seconds| (least..=MOST_SECONDS).contains(seconds));
            seconds.map(Duration::from_secs).ok_or_else(|| {
                let text = text.escape_default();
                let problem = format!(
                    "`{text}` is not a number of seconds from {least} to {MOST_SECONDS}, such as 10"
                );
                SettingError::new(name, problem)
            })
        };
        Ok(Self {
            delay: seconds("TWINLOCK_STOP_DELAY", &args.stop_delay, 0)?,
            limit: seconds("TWINLOCK_STOP_LIMIT", &args.stop_limit, 1)?,
            idle: seconds("TWINLOCK_IDLE_TIMEOUT", &args.idle_timeout, 1)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn args(stop_delay: &str, stop_limit: &str) -> ShutdownArgs {
        ShutdownArgs {
            stop_delay: stop_delay.to_owned(),
            stop_limit: stop_limit.to_owned(),
            idle_timeout: "75".to_owned(),
        }
    }

    #[test]
    fn they_are_read() {
        let args = args("0", " 10 ");
        let timeouts = Timeouts::new(&args).unwrap();
        assert_eq!(timeouts.delay, Duration::ZERO);
        assert_eq!(timeouts.limit, Duration::from_secs(10));
        assert_eq!(timeouts.idle, Duration::from_secs(75));
    }

    #[rstest]
    #[case("-1", "10", "TWINLOCK_STOP_DELAY")]
    #[case("3601", "10", "TWINLOCK_STOP_DELAY")]
    #[case("0", "0", "TWINLOCK_STOP_LIMIT")]
    #[case("0", "10s", "TWINLOCK_STOP_LIMIT")]
    fn a_wrong_one_is_named(#[case] delay: &str, #[case] limit: &str, #[case] name: &str) {
        let error = Timeouts::new(&args(delay, limit)).unwrap_err();
        assert!(error.to_string().starts_with(name), "{error}");
    }
}
