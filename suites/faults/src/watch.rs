//! Measures durations.

use std::time::{Duration, Instant};

/// The current time of a monotonic clock.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the outside world, whose clock really runs"
)]
pub fn now() -> Instant {
    Instant::now()
}

/// A list of durations, with statistics.
#[derive(Debug, Default, Clone)]
pub struct Durations(Vec<Duration>);

impl Durations {
    /// Adds a duration.
    pub fn add(&mut self, time: Duration) {
        self.0.push(time);
    }

    /// Adds another list.
    pub fn join(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// The longest duration.
    pub fn worst(&self) -> Duration {
        self.0.iter().max().copied().unwrap_or_default()
    }

    /// A percentile.
    pub fn percentile(&self, hundredths: usize) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let last = sorted.len().saturating_sub(1);
        sorted
            .get(last * hundredths / 100)
            .copied()
            .unwrap_or_default()
    }

    /// Median and maximum in milliseconds, as text.
    pub fn words(&self) -> String {
        format!(
            "median {} ms, worst {} ms",
            self.percentile(50).as_millis(),
            self.worst().as_millis()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_stands_in_the_middle() {
        let mut times = Durations::default();
        for ms in [9, 1, 5] {
            times.add(Duration::from_millis(ms));
        }
        assert_eq!(times.words(), "median 5 ms, worst 9 ms");
        assert_eq!(Durations::default().worst(), Duration::ZERO);
    }
}
