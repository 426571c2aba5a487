//! Measures how long a step takes.

use std::time::{Duration, Instant};

/// A stopwatch that runs from its creation on.
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts the stopwatch.
    #[expect(
        clippy::disallowed_methods,
        reason = "a build tool times its steps; nothing depends on the figure"
    )]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Returns the time since the start.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    /// Returns the time since the start in words.
    pub fn words(&self) -> String {
        words(self.elapsed())
    }
}

/// Formats `3.2 s` below a minute, `4 min 05 s` above.
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
