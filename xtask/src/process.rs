//! Child processes: each is printed before it starts, explained if it fails, and never waits for
//! input.

use std::{
    env,
    ffi::OsStr,
    fs::File,
    path::Path,
    process::{Command, ExitStatus, Stdio},
};

use anyhow::{Context, Result, bail};

/// Variables that `cargo run` sets for this tool only. If they were passed on, build scripts that
/// watch them would run again whenever cargo is called by hand in between.
const OF_THIS_CRATE: [&str; 3] = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_"];

/// One child process.
pub struct Process {
    command: Command,
    shown: Vec<String>,
    remedy: Option<String>,
}

impl Process {
    /// Creates a process in the workspace's folder.
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        let program = program.as_ref();
        let mut command = Command::new(program);
        command
            .current_dir(crate::workspace::root())
            .stdin(Stdio::null());
        for (name, _) in env::vars_os() {
            let name = name.to_string_lossy();
            if OF_THIS_CRATE.iter().any(|prefix| name.starts_with(prefix)) {
                command.env_remove(&*name);
            }
        }
        Self {
            command,
            shown: vec![quoted(program)],
            remedy: None,
        }
    }

    /// Runs the `cargo` of the toolchain that started this tool.
    pub fn cargo<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Self {
        Self::new("cargo").args(arguments)
    }

    /// Adds arguments.
    pub fn args(mut self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        for argument in arguments {
            self.shown.push(quoted(argument.as_ref()));
            self.command.arg(argument);
        }
        self
    }

    /// Sets a variable and shows it, so that the printed line can be repeated by hand.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.shown
            .insert(0, format!("{name}={}", quoted(value.as_ref())));
        self.command.env(name, value);
        self
    }

    /// Sets a variable that is too long or too uninteresting to be shown.
    pub fn env_unshown(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Removes a variable.
    pub fn env_remove(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Runs the process in another folder.
    pub fn folder(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Sets the remedy that is printed if the process fails.
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// Prints the command, lets the process print, and fails if it fails.
    pub fn run(mut self) -> Result<()> {
        eprintln!("$ {}", self.line());
        let status = self
            .command
            .status()
            .with_context(|| self.could_not_start())?;
        self.judge(status)
    }

    /// Like [`Self::run`], but the process prints into a file, for steps that run beside others.
    pub fn run_into(mut self, file: &File) -> Result<()> {
        let status = self
            .command
            .stdout(file.try_clone()?)
            .stderr(file.try_clone()?)
            .status()
            .with_context(|| self.could_not_start())?;
        self.judge(status)
    }

    /// Runs the process silently and returns its standard output.
    pub fn output(mut self) -> Result<String> {
        let output = self
            .command
            .stderr(Stdio::inherit())
            .output()
            .with_context(|| self.could_not_start())?;
        self.judge(output.status)?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Returns the standard output, or none if the process can't start or fails: for checks of the
    /// environment.
    pub fn probe(mut self) -> Option<String> {
        let output = self.command.stderr(Stdio::null()).output().ok()?;
        output
            .status
            .success()
            .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Prints the command, and returns whether it succeeded and its standard output: for programs
    /// whose failure is a result.
    pub fn answer(mut self) -> Result<(bool, String)> {
        eprintln!("$ {}", self.line());
        let output = self
            .command
            .stderr(Stdio::inherit())
            .output()
            .with_context(|| self.could_not_start())?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        Ok((output.status.success(), said))
    }

    fn line(&self) -> String {
        self.shown.join(" ")
    }

    fn could_not_start(&self) -> String {
        format!("`{}` could not be started", self.line())
    }

    fn judge(&self, status: ExitStatus) -> Result<()> {
        if status.success() {
            return Ok(());
        }
        let how = match status.code() {
            Some(code) => format!("ended with exit code {code}"),
            None => format!("was ended by a signal ({status})"),
        };
        let remedy = match &self.remedy {
            Some(remedy) => format!("\nWhat to do: {remedy}"),
            None => String::new(),
        };
        bail!("`{}` {how}{remedy}", self.line())
    }
}

/// Quotes a word for a shell, in the simple cases that occur here.
fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@+%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.into_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_the_line_the_code_and_the_remedy() {
        let error = Process::new("sh")
            .args(["-c", "exit 3"])
            .env("MARK", "a b")
            .remedy("mend it")
            .run()
            .unwrap_err()
            .to_string();
        assert_eq!(
            error,
            "`MARK='a b' sh -c 'exit 3'` ended with exit code 3\nWhat to do: mend it"
        );
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = Process::new("no-such-program-here").run().unwrap_err();
        assert!(format!("{error:#}").starts_with("`no-such-program-here` could not be started"));
    }

    #[test]
    fn standard_input_is_empty() {
        assert_eq!(Process::new("cat").output().unwrap(), "");
    }

    #[test]
    fn what_cargo_set_for_this_crate_is_not_handed_on() {
        assert!(env::var_os("CARGO_PKG_NAME").is_some());
        let seen = Process::new("env").output().unwrap();
        assert!(!seen.contains("CARGO_PKG_NAME"));
    }
}
