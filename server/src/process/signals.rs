//! The signals that ask the server to stop.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Ctrl+C by the operator, SIGTERM by a service manager, SIGHUP by a terminal that is closed.
pub struct Signals {
    interrupt: Signal,
    /// None if the parent process has SIGHUP ignored, as `nohup` does.
    hangup: Option<Signal>,
    terminate: Signal,
}

impl Signals {
    /// Installs the handlers: from now on no signal ends the process by itself.
    pub fn heard() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            hangup: (!hangup_is_ignored())
                .then(|| signal(SignalKind::hangup()))
                .transpose()?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Waits for the next signal.
    pub async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            () = heard(&mut self.hangup) => {}
            _ = self.terminate.recv() => {}
        }
    }
}

async fn heard(signal: &mut Option<Signal>) {
    match signal {
        Some(signal) => {
            signal.recv().await;
        }
        None => std::future::pending().await,
    }
}

/// Returns whether SIGHUP is ignored. Linux tells a process its ignored signals; elsewhere none is
/// assumed to be ignored.
fn hangup_is_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    ignores_hangup(&status)
}

/// Reads the mask of ignored signals (`proc_pid_status(5)`): the lowest bit is the first signal,
/// SIGHUP.
fn ignores_hangup(status: &str) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s28_nohup_is_respected() {
        assert!(ignores_hangup("Name:\tx\nSigIgn:\t0000000000001001\n"));
        assert!(!ignores_hangup("SigIgn:\t0000000000001000\n"));
        assert!(!ignores_hangup(""));
    }
}
