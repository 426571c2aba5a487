//! Probe requests that check whether the server can write.

use std::{
    sync::{
        Barrier,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use serde_json::json;
use testkit::http::{HttpBrowser, ServerAddress};

use crate::{tally::Tally, watch};

/// Each probe uses another email, so that no rate limit applies, only the server's capacity.
static NUMBER: AtomicUsize = AtomicUsize::new(0);
/// The maximum time of a recovery.
pub const SOON: Duration = Duration::from_secs(5);

/// Tries a stranger's sign-in, which is counted in the database before it is judged: 401 means that
/// the count was written.
pub fn knock(address: &ServerAddress, tally: &mut Tally) -> Option<u16> {
    let number = NUMBER.fetch_add(1, Ordering::SeqCst);
    let place = u8::try_from(number / 250 % 200 + 1).unwrap();
    let mut browser = HttpBrowser::new(address).at(place);
    let form = json!({ "email": format!("nobody{number}@example.com"), "password": "of nobody" });
    let began = watch::now();
    match browser.try_call("session/sign_in", &form) {
        Err(_) => tally.unconnected += 1,
        Ok(None) => tally.unanswered += 1,
        Ok(Some(answer)) => {
            tally.answer(answer.status, began.elapsed());
            if answer.status == 503 {
                tally.without_retry_after += usize::from(answer.header("retry-after").is_empty());
            } else if answer.status >= 500 {
                tally
                    .raw
                    .push(format!("{} {}", answer.status, answer.text()));
            }
            return Some(answer.status);
        }
    }
    None
}

/// Sends `count` probes at once.
pub fn knock_together(address: &ServerAddress, count: usize) -> Tally {
    let barrier = Barrier::new(count);
    let mut all = Tally::default();
    thread::scope(|scope| {
        let knock = || {
            scope.spawn(|| {
                let mut tally = Tally::default();
                barrier.wait();
                knock(address, &mut tally);
                tally
            })
        };
        let running: Vec<_> = (0..count).map(|_| knock()).collect();
        for thread in running {
            all.join(thread.join().unwrap());
        }
    });
    all
}

/// The time from a given moment until the server writes again.
pub fn writes_again(address: &ServerAddress, since: Instant, tally: &mut Tally) -> Duration {
    while since.elapsed() < SOON * 6 {
        if knock(address, tally) == Some(401) {
            return since.elapsed();
        }
        thread::sleep(Duration::from_millis(20));
    }
    panic!("it does not write again within {} s", SOON.as_secs() * 6);
}
