use std::{
    fs::File,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

/// The result of a command.
#[derive(Debug)]
pub struct Done {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// A running server. It is killed when the test ends in any way.
pub struct Running {
    child: Child,
    pub port: u16,
    /// Its standard output, behind the lines that were already read.
    out: BufReader<std::process::ChildStdout>,
}

/// Returns the binary under attack: `TWINLOCK_BIN`, or else the result of `cargo build --package server`.
pub fn binary() -> PathBuf {
    let chosen = std::env::var_os("TWINLOCK_BIN").map(PathBuf::from);
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

impl Done {
    /// Checks that the command succeeded; returns its output.
    #[track_caller]
    pub fn expect_done(&self) -> &str {
        assert_eq!(self.code, 0, "{}{}", self.out, self.err);
        self.out.trim_end()
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

/// Runs a command to its end, with this standard input.
pub fn run(mut command: Command, input: &str) -> Done {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A command that refuses early closes the pipe before reading it.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap().into()
}

impl Running {
    /// Starts the server and waits until it prints its address. Its log goes into a file.
    pub fn start(mut command: Command, log: &Path) -> Self {
        let log_file = File::options().create(true).append(true).open(log).unwrap();
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log_file);
        let mut child = command.spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while out.read_line(&mut line).unwrap() > 0 {
            let port = line
                .trim_end()
                .strip_prefix("Listening on http://127.0.0.1:")
                .and_then(|port| port.parse().ok());
            if let Some(port) = port {
                return Self { child, port, out };
            }
            line.clear();
        }
        panic!(
            "{:?}: {}",
            child.wait(),
            std::fs::read_to_string(log).unwrap()
        );
    }

    /// Returns the next line on standard output.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// Returns the process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Stops the server like a service manager, and waits for its end.
    pub fn terminate(mut self) -> i32 {
        let id = self.id().to_string();
        let killed = Command::new("kill").args(["-TERM", &id]).status();
        assert!(killed.unwrap().success());
        self.child.wait().unwrap().code().unwrap_or(-1)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // The process may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
