use std::{sync::Barrier, thread};

use serde_json::Value;

use super::{HttpAnswer, HttpBrowser};

/// Sends one call from each browser, all released by one barrier; returns the browsers with their
/// answers.
pub fn at_once(calls: Vec<(HttpBrowser, &'static str, Value)>) -> Vec<(HttpBrowser, HttpAnswer)> {
    let barrier = Barrier::new(calls.len());
    thread::scope(|scope| {
        let send = |(mut browser, function, request): (HttpBrowser, &'static str, Value)| {
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

/// Returns how many calls succeeded.
pub fn accepted(answers: &[(HttpBrowser, HttpAnswer)]) -> usize {
    answers.iter().filter(|(_, answer)| answer.is_ok()).count()
}
