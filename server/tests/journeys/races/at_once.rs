//! Calls that start together at a barrier.

use std::sync::Arc;

use serde_json::Value;
use tokio::sync::Barrier;

use crate::support::{HttpAnswer, RouterBrowser};

/// Sends one call from each browser, all at once; returns the browsers with their answers.
pub async fn at_once(
    calls: Vec<(RouterBrowser, &'static str, Value)>,
) -> Vec<(RouterBrowser, HttpAnswer)> {
    let barrier = Arc::new(Barrier::new(calls.len()));
    let send = |(mut browser, function, request): (RouterBrowser, &'static str, Value)| {
        let barrier = barrier.clone();
        tokio::spawn(async move {
            barrier.wait().await;
            let answer = browser.call(function, request).await;
            (browser, answer)
        })
    };
    let running: Vec<_> = calls.into_iter().map(send).collect();
    let mut answers = Vec::new();
    for task in running {
        answers.push(task.await.unwrap());
    }
    answers
}
