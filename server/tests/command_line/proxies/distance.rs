//! A network delay between proxy and server: data and closed connections arrive a little later.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, Shutdown, TcpListener, TcpStream},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

/// Listens at a port of its own and forwards to `port` with a delay. The forwarding ends with the
/// test's process.
pub fn away(port: u16, distance: Duration) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let own = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for near in listener.incoming().flatten() {
            let Ok(far) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) else {
                continue;
            };
            let ends = (near.try_clone().unwrap(), far.try_clone().unwrap());
            carry(ends.0, far, distance);
            carry(ends.1, near, distance);
        }
    });
    own
}

/// The monotonic clock.
#[expect(clippy::disallowed_methods, reason = "the network is real")]
pub fn now() -> Instant {
    Instant::now()
}

fn carry(mut from: TcpStream, mut to: TcpStream, distance: Duration) {
    let _ = to.set_nodelay(true);
    let (sender, receiver) = mpsc::channel::<(Instant, Vec<u8>)>();
    thread::spawn(move || {
        let mut bytes = vec![0; 64 * 1024];
        loop {
            let count = from.read(&mut bytes).unwrap_or_default();
            let arrives = now() + distance;
            // An empty chunk marks the end.
            if sender.send((arrives, bytes[..count].to_vec())).is_err() || count == 0 {
                return;
            }
        }
    });
    thread::spawn(move || {
        for (arrives, bytes) in receiver {
            thread::sleep(arrives.saturating_duration_since(now()));
            if bytes.is_empty() || to.write_all(&bytes).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Write);
    });
}
