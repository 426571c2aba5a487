//! Prints which step of how many runs, about how long it takes, and how long it took.

use anyhow::Result;

use crate::stopwatch::Stopwatch;

/// A number of steps known from the start.
pub struct Steps {
    total: usize,
    begun: usize,
}

impl Steps {
    /// Creates a counter for this many steps.
    pub fn of(total: usize) -> Self {
        Self { total, begun: 0 }
    }

    /// Runs a step. Prints first what it is and how long the first run takes on two cores, and
    /// afterwards how long it took.
    pub fn step<T>(
        &mut self,
        what: &str,
        first_time: &str,
        work: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        self.begun += 1;
        eprintln!("\n{}", self.before(what, first_time));
        let stopwatch = Stopwatch::start();
        let made = work()?;
        eprintln!("{}", self.after(what, &stopwatch.words()));
        Ok(made)
    }

    fn before(&self, what: &str, first_time: &str) -> String {
        let Self { total, begun } = self;
        format!("{begun} of {total}: {what} (the first time about {first_time}) …")
    }

    fn after(&self, what: &str, time: &str) -> String {
        let Self { total, begun } = self;
        format!("{begun} of {total}: {what}: done in {time}")
    }
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    #[test]
    fn each_step_is_counted_and_a_failure_is_handed_on() {
        let mut steps = Steps::of(2);
        assert_eq!(steps.step("the pages", "2 min", || Ok(7)).unwrap(), 7);
        assert_eq!(
            steps.after("the pages", "1 min 12 s"),
            "1 of 2: the pages: done in 1 min 12 s"
        );
        assert!(
            steps
                .step("the server", "4 min", || -> Result<()> { bail!("broken") })
                .is_err()
        );
        assert_eq!(
            steps.before("the server", "4 min"),
            "2 of 2: the server (the first time about 4 min) …"
        );
    }
}
