//! Counts the results of requests.

use std::{collections::BTreeMap, time::Duration};

use crate::watch::Durations;

/// The counts of one or more rounds.
#[derive(Debug, Default, Clone)]
pub struct Tally {
    /// Answers by status.
    pub answers: BTreeMap<u16, usize>,
    /// Acknowledged writes.
    pub acknowledged: usize,
    /// Requests that were sent and got no answer.
    pub unanswered: usize,
    /// Requests whose connection was refused.
    pub unconnected: usize,
    /// Response times of all answers except 503.
    pub times: Durations,
    /// Response times of 503.
    pub refused_after: Durations,
    /// 503s without `Retry-After`.
    pub without_retry_after: usize,
    /// The texts of server errors other than 503, which no fault excuses.
    pub raw: Vec<String>,
}

impl Tally {
    /// Counts an answer.
    pub fn answer(&mut self, status: u16, took: Duration) {
        *self.answers.entry(status).or_default() += 1;
        if status == 503 {
            self.refused_after.add(took);
        } else {
            self.times.add(took);
        }
    }

    /// How many answers had this status.
    pub fn of(&self, status: u16) -> usize {
        self.answers.get(&status).copied().unwrap_or_default()
    }

    /// How many requests were sent.
    pub fn sent(&self) -> usize {
        self.answers.values().sum::<usize>() + self.unanswered
    }

    /// Adds another tally's counts.
    pub fn join(&mut self, other: Self) {
        for (status, count) in other.answers {
            *self.answers.entry(status).or_default() += count;
        }
        self.acknowledged += other.acknowledged;
        self.unanswered += other.unanswered;
        self.unconnected += other.unconnected;
        self.without_retry_after += other.without_retry_after;
        self.times.join(other.times);
        self.refused_after.join(other.refused_after);
        self.raw.extend(other.raw);
    }
}
