//! The figures of a run.

use std::{fmt, time::Duration};

use crate::machine::cpu::Cpu;

/// One run of one scenario.
#[derive(Debug, Clone, Default)]
pub struct MeasuredRun {
    /// The response times of right answers, ascending.
    pub latencies: Vec<Duration>,
    /// Other answers: their status and response time.
    pub refused: Vec<(u16, Duration)>,
    /// The duration of the run.
    pub wall: Duration,
    /// The CPU time of the run.
    pub cpu: Cpu,
}

/// The minimum, median and maximum of several runs.
#[derive(Debug, Clone, Copy, Default)]
pub struct Spread {
    /// The minimum.
    pub min: f64,
    /// The median.
    pub median: f64,
    /// The maximum.
    pub max: f64,
}

impl MeasuredRun {
    /// Sorts the latencies.
    pub fn new(
        mut latencies: Vec<Duration>,
        refused: Vec<(u16, Duration)>,
        wall: Duration,
        cpu: Cpu,
    ) -> Self {
        latencies.sort_unstable();
        Self {
            latencies,
            refused,
            wall,
            cpu,
        }
    }

    /// Right answers per second.
    pub fn rate(&self) -> f64 {
        count(self.latencies.len()) / self.wall.as_secs_f64()
    }

    /// A quantile of the latencies, in milliseconds.
    pub fn quantile(&self, share: f64) -> f64 {
        quantile(&self.latencies, share)
    }

    /// Like [`Self::quantile`], but of the refused answers.
    pub fn refusal(&self, share: f64) -> f64 {
        let mut refused: Vec<_> = self.refused.iter().map(|(_, took)| *took).collect();
        refused.sort_unstable();
        quantile(&refused, share)
    }

    /// The server's CPU time per right answer, in milliseconds.
    pub fn cpu_each(&self) -> f64 {
        self.each(self.cpu.server)
    }

    /// A CPU time per right answer, in milliseconds.
    pub fn each(&self, cpu: Duration) -> f64 {
        millis(cpu) / count(self.latencies.len().max(1))
    }

    /// The average number of busy cores.
    pub fn cores(&self) -> f64 {
        self.cpu.sum().as_secs_f64() / self.wall.as_secs_f64()
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Three digits are as precise as such runs can be.
        let places = match self.median {
            100.0.. => 0,
            10.0.. => 1,
            _ => 2,
        };
        let Self { min, median, max } = self;
        write!(
            to,
            "{min:.places$} – **{median:.places$}** – {max:.places$}"
        )
    }
}

impl Spread {
    /// Divides all values by `other`.
    pub fn over(self, other: f64) -> Self {
        Self {
            min: self.min / other,
            median: self.median / other,
            max: self.max / other,
        }
    }

    /// The spread of these values; zeros if there are none.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let (Some(min), Some(max)) = (values.first(), values.last()) else {
            return Self::default();
        };
        Self {
            min: *min,
            median: values.get(values.len() / 2).copied().unwrap_or_default(),
            max: *max,
        }
    }
}

/// A quantile of ascending durations, in milliseconds.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub fn quantile(ordered: &[Duration], share: f64) -> f64 {
    let place = (share * count(ordered.len())) as usize;
    let last = ordered.len().saturating_sub(1);
    ordered
        .get(place.min(last))
        .map_or(0.0, |&value| millis(value))
}

/// A duration in milliseconds.
pub fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

#[allow(clippy::cast_precision_loss)]
fn count(number: usize) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_answers_that_were_given() {
        let millis = (1..=100).map(Duration::from_millis);
        let run = MeasuredRun::new(
            millis.rev().collect(),
            Vec::new(),
            Duration::from_secs(2),
            Cpu {
                server: Duration::from_secs(1),
                load: Duration::from_secs(2),
                ..Cpu::default()
            },
        );
        assert_eq!(
            (run.quantile(0.5), run.quantile(0.99), run.quantile(1.0)),
            (51.0, 100.0, 100.0)
        );
        assert_eq!((run.rate(), run.cpu_each(), run.cores()), (50.0, 10.0, 1.5));
        assert!(MeasuredRun::default().quantile(0.5) < f64::EPSILON);
    }

    #[test]
    fn the_middle_of_three_is_the_second() {
        let spread = Spread::of([3.0, 1.0, 2.0]);
        assert_eq!((spread.min, spread.median, spread.max), (1.0, 2.0, 3.0));
    }
}
