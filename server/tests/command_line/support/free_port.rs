//! Ports for programs that can't tell which port they took.

use std::{
    net::{Ipv4Addr, TcpListener},
    process,
    sync::atomic::{AtomicU16, Ordering},
};

/// Where the ports begin that the system gives to outgoing connections and to `bind` with port 0, on every system of today.
const EPHEMERAL: u16 = 32_768;
const FIRST: u16 = 16_384;

/// A port at which nobody listens, and that no other call gets.
///
/// A port that the system chose may be given away again before the program that is started for it listens, because other tests open
/// connections all the time. Therefore these lie below the ports that the system chooses from.
pub fn free_port() -> u16 {
    static CALLS: AtomicU16 = AtomicU16::new(0);
    // Another test run on this machine begins elsewhere.
    let start = u16::try_from(process::id() % 128).unwrap_or_default() * 128;
    loop {
        let number = start.wrapping_add(CALLS.fetch_add(1, Ordering::Relaxed));
        let port = FIRST + number % (EPHEMERAL - FIRST);
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}
