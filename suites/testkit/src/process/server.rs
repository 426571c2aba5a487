//! A running server.

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, Read},
    net::SocketAddr,
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
    thread::{self, JoinHandle},
    time::Duration,
};

use super::signal;

/// A running server, which is killed however the test ends.
pub struct Running {
    child: Child,
    /// The standard output after the lines that were already read.
    out: BufReader<ChildStdout>,
    /// The port on which the server listens.
    pub port: u16,
    /// The thread that collects the log until the server has ended.
    log: Option<JoinHandle<io::Result<String>>>,
}

impl Running {
    /// Starts the server and waits until it listens; also returns what it printed before that.
    ///
    /// A piped error output is collected as the log.
    pub fn start(command: Command) -> (Self, String) {
        Self::try_start(command).unwrap_or_else(|ended| panic!("{ended}"))
    }

    /// Starts the server with its log appended to a file.
    pub fn start_with_log(mut command: Command, log: &Path) -> Self {
        let file = File::options().create(true).append(true).open(log);
        command.stderr(file.unwrap());
        let started = Self::try_start(command);
        let (server, _) =
            started.unwrap_or_else(|ended| panic!("{ended}: {}", fs::read_to_string(log).unwrap()));
        server
    }

    /// Returns what the program printed if it ends before it listens.
    fn try_start(mut command: Command) -> Result<(Self, String), String> {
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut before = String::new();
        let Some(address) = listening(&mut out, &mut before) else {
            return Err(format!("{before}{:?}", child.wait_with_output()));
        };
        // The log is read at once, because a server whose log is not read blocks on a full pipe.
        let log = child.stderr.take().map(|mut error| {
            thread::spawn(move || {
                let mut log = String::new();
                error.read_to_string(&mut log).map(|_| log)
            })
        });
        let server = Self {
            child,
            out,
            port: address.port(),
            log,
        };
        Ok((server, before))
    }

    /// Returns the next line of standard output.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// Returns the process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Returns the time that the server has had on the processors, in steps of 10 ms.
    pub fn cpu_time(&self) -> Duration {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.id())).unwrap();
        // The name before may hold blanks. User and system time are the fields 14 and 15, in
        // hundredths of a second (proc_pid_stat(5)).
        let (_, fields) = stat.rsplit_once(')').unwrap();
        let ticks = fields.split_whitespace().skip(11).take(2);
        let ticks: u64 = ticks.map(|ticks| ticks.parse::<u64>().unwrap()).sum();
        Duration::from_millis(ticks * 10)
    }

    /// Sends SIGTERM, as a service manager does.
    pub fn terminate(&self) {
        signal(self.id(), "-TERM");
    }

    /// Sends SIGHUP, as a closed terminal does.
    pub fn hang_up(&self) {
        signal(self.id(), "-HUP");
    }

    /// Sends SIGSTOP, so that the server pauses like a machine that is swapped out.
    pub fn freeze(&self) {
        signal(self.id(), "-STOP");
    }

    /// Sends SIGCONT, so that the server goes on.
    pub fn thaw(&self) {
        signal(self.id(), "-CONT");
    }

    /// Waits for the end; returns the exit code (-1 after a signal) and the collected log.
    pub fn wait(mut self) -> (i32, String) {
        let log = self.log.take().map(|log| log.join().unwrap().unwrap());
        let code = self.child.wait().unwrap().code().unwrap_or(-1);
        (code, log.unwrap_or_default())
    }

    /// Stops the server like a service manager; returns the exit code.
    pub fn stop(self) -> i32 {
        self.terminate();
        self.wait().0
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // The server may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads a server's output until it prints its address, and appends the lines before it.
///
/// Returns `None` if the output ends before that.
pub fn listening(out: &mut impl BufRead, before: &mut String) -> Option<SocketAddr> {
    let mut line = String::new();
    while out.read_line(&mut line).ok()? > 0 {
        let address = line.trim_end().strip_prefix("Listening on http://");
        if let Some(address) = address.and_then(|address| address.parse().ok()) {
            return Some(address);
        }
        before.push_str(&line);
        line.clear();
    }
    None
}
