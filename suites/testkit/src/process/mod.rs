//! Programs and servers as processes.

mod free_port;
mod server;

pub use free_port::free_port;
pub use server::{Running, listening};

use std::{
    env, fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use serde_json::Value;

/// The result of a command.
#[derive(Debug)]
pub struct Done {
    /// The exit code; -1 if a signal ended the command.
    pub code: i32,
    /// The standard output.
    pub out: String,
    /// The standard error output.
    pub err: String,
}

impl Done {
    /// Expects success without error output; returns the output.
    #[track_caller]
    pub fn expect_done(&self) -> &str {
        assert_eq!((self.code, self.err.as_str()), (0, ""), "{}", self.out);
        self.out.trim_end_matches('\n')
    }

    /// Expects success, with warnings or without; returns the output.
    #[track_caller]
    pub fn expect_success(&self) -> &str {
        assert_eq!(self.code, 0, "{}{}", self.out, self.err);
        self.out.trim_end()
    }

    /// Expects success; returns the printed JSON.
    #[track_caller]
    pub fn expect_json(&self) -> Value {
        serde_json::from_str(self.expect_done()).unwrap()
    }

    /// Expects a failure with one line and no output; returns the line.
    #[track_caller]
    pub fn expect_refused(&self, code: i32) -> &str {
        let (printed, line) = self.expect_failed(code);
        assert_eq!(printed, "", "{line}");
        line
    }

    /// Expects a failure with one line; returns the output and the line.
    #[track_caller]
    pub fn expect_failed(&self, code: i32) -> (&str, &str) {
        assert_eq!(self.code, code, "{}", self.err);
        assert_eq!(self.err.lines().count(), 1, "{}", self.err);
        let line = self.err.trim_end().strip_prefix("twinlock: ").unwrap();
        (&self.out, line)
    }
}

impl From<Output> for Done {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self {
            code: output.status.code().unwrap_or(-1),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }
}

/// Returns the program under test: `TWINLOCK_BIN`, or else the result of
/// `cargo build --package server`.
pub fn binary() -> PathBuf {
    let chosen = env::var_os("TWINLOCK_BIN").map(PathBuf::from);
    let binary = chosen.unwrap_or_else(|| {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/debug/twinlock")
    });
    assert!(
        binary.exists(),
        "{} is missing: `cargo build --package server`, or set TWINLOCK_BIN",
        binary.display()
    );
    binary.canonicalize().unwrap()
}

/// Runs a command to its end, with this standard input.
pub fn run(mut command: Command, input: &str) -> Done {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A command that refuses before it reads closes the pipe early.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap().into()
}

/// Sends a signal, such as `-TERM`, to a process.
pub fn signal(process: u32, signal: &str) {
    let sent = Command::new("kill")
        .args([signal, &process.to_string()])
        .status();
    assert!(sent.unwrap().success(), "{signal}");
}

/// A process's memory by the kernel's count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    /// Resident now.
    Resident,
    /// The most that was ever resident.
    Peak,
}

/// Returns the memory of a process, in KiB.
pub fn memory(process: u32, which: Memory) -> u64 {
    let name = match which {
        Memory::Resident => "VmRSS:",
        Memory::Peak => "VmHWM:",
    };
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.unwrap().parse().unwrap()
}
