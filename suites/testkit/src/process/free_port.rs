//! Ports for programs that can't report which port they chose.

use std::{
    net::{Ipv4Addr, TcpListener},
    process,
    sync::atomic::{AtomicU16, Ordering},
};

/// The first ephemeral port: systems choose from here for outgoing connections and for `bind` with
/// port 0.
const EPHEMERAL: u16 = 32_768;
const FIRST: u16 = 16_384;

/// Returns a free port that no other call gets.
///
/// A port that the system chose could be given to another test's connection before the started
/// program listens. Therefore these ports lie below the ports that the system chooses from.
pub fn free_port() -> u16 {
    static CALLS: AtomicU16 = AtomicU16::new(0);
    // Each test run on this machine starts at a different port.
    let start = u16::try_from(process::id() % 128).unwrap_or_default() * 128;
    loop {
        let number = start.wrapping_add(CALLS.fetch_add(1, Ordering::Relaxed));
        let port = FIRST + number % (EPHEMERAL - FIRST);
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}
