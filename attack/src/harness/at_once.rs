use std::{sync::Barrier, thread};

use serde_json::Value;

use super::{Answer, Browser};

/// Sends one call from each browser, all from one barrier; answers the browsers with what each was told.
pub fn at_once(calls: Vec<(Browser, &'static str, Value)>) -> Vec<(Browser, Answer)> {
    let barrier = Barrier::new(calls.len());
    thread::scope(|scope| {
        let send = |(mut browser, function, request): (Browser, &'static str, Value)| {
            let barrier = &barrier;
            scope.spawn(move || {
                barrier.wait();
                let answer = browser.call(function, request);
                (browser, answer)
            })
        };
        let running: Vec<_> = calls.into_iter().map(send).collect();
        let join = |thread: thread::ScopedJoinHandle<'_, _>| thread.join().unwrap();
        running.into_iter().map(join).collect()
    })
}

/// How many of them worked.
pub fn accepted(answers: &[(Browser, Answer)]) -> usize {
    answers.iter().filter(|(_, answer)| answer.is_ok()).count()
}
