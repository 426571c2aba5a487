//! How long a step took.

use std::time::{Duration, Instant};

/// Runs from its creation on.
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts to count.
    #[expect(
        clippy::disallowed_methods,
        reason = "a build tool times its steps; nothing depends on the figure"
    )]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// The time since the start.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    /// The time since the start as people say it.
    pub fn words(&self) -> String {
        words(self.elapsed())
    }
}

/// `3.2 s` below a minute, `4 min 05 s` above.
pub fn words(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if seconds < 60 {
        format!("{:.1} s", duration.as_secs_f64())
    } else {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_long_times_read_well() {
        assert_eq!(words(Duration::from_millis(3_240)), "3.2 s");
        assert_eq!(words(Duration::from_secs(245)), "4 min 05 s");
    }
}
