//! Runs several steps, continues after a failure, and finally prints the result of each.

use std::{
    env, fmt,
    fs::{self, File},
    io::{self, Seek, SeekFrom},
    process,
    thread::{self, JoinHandle},
    time::Duration,
};

use anyhow::{Result, anyhow, bail};

use crate::{
    process::Process,
    stopwatch::{Stopwatch, words},
};

enum Outcome {
    Passed,
    Failed,
    /// Could not be tried because an earlier step failed; counts as a failure.
    Blocked(&'static str),
    /// The caller asked for it to be left out.
    LeftOut(&'static str),
    /// The service could not be reached: no failure, but no result either.
    NotChecked(&'static str),
}

/// The result of a step that asks an external service.
pub enum Checked {
    /// The service answered, and found nothing.
    Fine,
    /// The service could not be asked.
    NotPossible(&'static str),
}

/// A step that runs beside the next ones. Its output is printed when it is waited for, so that it
/// does not mix with theirs.
pub struct Beside {
    name: &'static str,
    thread: JoinHandle<Ended>,
}

/// The result of a step that ran beside others, how long it took, and what it printed.
struct Ended {
    result: Result<()>,
    took: Duration,
    output: Option<File>,
}

impl Beside {
    /// Starts a process.
    pub fn start(name: &'static str, process: Process) -> Self {
        eprintln!("\n── {name}: started beside the next steps ──");
        let thread = thread::spawn(move || {
            let stopwatch = Stopwatch::start();
            let (result, output) = match temporary(name) {
                Ok(file) => (process.run_into(&file), Some(file)),
                Err(error) => (Err(error.into()), None),
            };
            Ended {
                result,
                took: stopwatch.elapsed(),
                output,
            }
        });
        Self { name, thread }
    }

    /// Waits for the end and prints the output.
    fn wait(self) -> Ended {
        let ended = self.thread.join().unwrap_or_else(|_| Ended {
            result: Err(anyhow!("its thread panicked")),
            took: Duration::ZERO,
            output: None,
        });
        eprintln!("\n── {} ──", self.name);
        if let Some(mut file) = ended.output.as_ref() {
            // The output only explains the result, which is known.
            let _ = file.seek(SeekFrom::Start(0));
            let _ = io::copy(&mut file, &mut io::stderr());
        }
        ended
    }
}

/// Creates a file without a name, which is gone when it is closed.
fn temporary(name: &str) -> io::Result<File> {
    let path = env::temp_dir().join(format!("twinlock-{name}-{}", process::id()));
    let file = File::options()
        .read(true)
        .write(true)
        .create_new(true)
        .open(&path)?;
    fs::remove_file(path)?;
    Ok(file)
}

/// The results of the steps so far.
#[derive(Default)]
pub struct Summary {
    rows: Vec<(String, Option<Duration>, Outcome)>,
}

impl Summary {
    /// Runs one step, prints why it failed, and returns whether it passed.
    pub fn step(&mut self, name: &str, work: impl FnOnce() -> Result<()>) -> bool {
        eprintln!("\n── {name} ──");
        let stopwatch = Stopwatch::start();
        let result = work();
        self.ended(name, result, stopwatch.elapsed())
    }

    /// Waits for a step that runs beside others, and returns whether it passed.
    pub fn wait(&mut self, beside: Beside) -> bool {
        let name = beside.name;
        let Ended { result, took, .. } = beside.wait();
        self.ended(name, result, took)
    }

    fn ended(&mut self, name: &str, result: Result<()>, took: Duration) -> bool {
        let passed = result.is_ok();
        if let Err(error) = result {
            eprintln!("{name} failed: {error:#}");
        }
        let outcome = if passed {
            Outcome::Passed
        } else {
            Outcome::Failed
        };
        self.rows.push((name.to_owned(), Some(took), outcome));
        passed
    }

    /// Runs one step that asks a service, which may be unreachable.
    pub fn check(&mut self, name: &str, work: impl FnOnce() -> Result<Checked>) {
        let mut unreachable = None;
        self.step(name, || {
            if let Checked::NotPossible(why) = work()? {
                eprintln!("{name}: NOT CHECKED, because {why}");
                unreachable = Some(why);
            }
            Ok(())
        });
        if let (Some(why), Some((_, _, outcome))) = (unreachable, self.rows.last_mut()) {
            *outcome = Outcome::NotChecked(why);
        }
    }

    /// Records a step that could not run because of an earlier failure.
    pub fn blocked(&mut self, name: &str, by: &'static str) {
        self.rows
            .push((name.to_owned(), None, Outcome::Blocked(by)));
    }

    /// Records a step that the caller asked to leave out.
    pub fn left_out(&mut self, name: &str, flag: &'static str) {
        self.rows
            .push((name.to_owned(), None, Outcome::LeftOut(flag)));
    }

    /// Prints the table and fails if any step failed.
    pub fn finish(self) -> Result<()> {
        println!("\n{self}");
        let failed = self.failed();
        match failed.as_slice() {
            [] => Ok(()),
            [one] => bail!("{one} failed: see its output above"),
            many => bail!("{} failed: see their output above", many.join(", ")),
        }
    }

    fn failed(&self) -> Vec<&str> {
        self.rows
            .iter()
            .filter(|(_, _, outcome)| matches!(outcome, Outcome::Failed | Outcome::Blocked(_)))
            .map(|(name, _, _)| name.as_str())
            .collect()
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.rows.iter().map(|row| row.0.chars().count()).max();
        let width = width.unwrap_or_default().max("step".len());
        writeln!(f, "{:width$}  {:>12}  result", "step", "time")?;
        for (name, time, outcome) in &self.rows {
            let time = time.map_or_else(|| "–".to_owned(), words);
            write!(f, "{name:width$}  {time:>12}  ")?;
            match outcome {
                Outcome::Passed => writeln!(f, "ok")?,
                Outcome::Failed => writeln!(f, "FAILED")?,
                Outcome::Blocked(by) => writeln!(f, "FAILED (not possible: {by} failed)")?,
                Outcome::LeftOut(flag) => writeln!(f, "left out ({flag})")?,
                Outcome::NotChecked(why) => writeln!(f, "NOT CHECKED ({why})")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_failure_fails_the_whole_and_the_rest_is_still_done() {
        let mut summary = Summary::default();
        assert!(!summary.step("first", || bail!("broken")));
        assert!(summary.step("second", || Ok(())));
        let table = summary.to_string();
        assert!(table.contains("first") && table.contains("FAILED"));
        assert!(table.contains("second") && table.contains("ok"));
        assert_eq!(
            summary.finish().unwrap_err().to_string(),
            "first failed: see its output above"
        );
    }

    #[test]
    fn a_step_beside_others_has_its_own_result_and_time() {
        let mut summary = Summary::default();
        let good = Beside::start("pages", Process::new("true"));
        let bad = Beside::start("build", Process::new("sh").args(["-c", "echo why; exit 1"]));
        assert!(summary.step("tests", || Ok(())));
        assert!(summary.wait(good));
        assert!(!summary.wait(bad));
        assert_eq!(summary.failed(), ["build"]);
    }

    #[test]
    fn what_could_not_be_asked_is_neither_a_failure_nor_passed() {
        let mut summary = Summary::default();
        summary.check("advisories", || Ok(Checked::NotPossible("no network")));
        summary.check("licences", || Ok(Checked::Fine));
        summary.check("sources", || bail!("unknown"));
        let table = summary.to_string();
        let line = |name| table.lines().find(|line| line.starts_with(name)).unwrap();
        assert!(line("advisories").ends_with("NOT CHECKED (no network)"));
        assert!(line("licences").ends_with("ok"));
        assert_eq!(summary.failed(), ["sources"]);
    }

    #[test]
    fn a_blocked_step_is_a_failure_and_a_left_out_one_is_not() {
        let mut summary = Summary::default();
        summary.left_out("browser", "--fast");
        assert!(summary.to_string().contains("left out (--fast)"));
        assert!(summary.failed().is_empty());
        summary.blocked("browser", "build");
        assert!(summary.finish().is_err());
    }
}
