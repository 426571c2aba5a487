//! Limits how many events of unauthenticated clients get a row of their own. Each event row is a
//! synced write and is kept for more than a year, and an attacker can use any number of addresses.
//! Below a rate, each refusal and each sign-in gets its own row. Above the rate, they are counted
//! in memory, and one row a minute records how many of each kind there were, for all addresses.

use super::{Action, Outcome};
use crate::time::Timestamp;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// How many events are allowed in one minute and in one hour of the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// In a minute.
    pub minute: u32,
    /// In an hour.
    pub hour: u32,
}

/// Refusals of callers without a session that get a row of their own.
pub const REFUSED: Rate = Rate {
    minute: 20,
    hour: 200,
};
/// Sign-ins from unknown browsers that get a row of their own before they are judged. Successful
/// ones don't count.
pub const JUDGED: Rate = Rate {
    minute: 60,
    hour: 600,
};
/// Dead links that are counted for their address. Above this rate they are refused without a write.
pub const DEAD_LINKS: Rate = Rate {
    minute: 60,
    hour: 3_600,
};

/// One minute or hour of the clock.
#[derive(Debug, Clone, Copy)]
struct Window {
    number: i64,
    taken: u32,
}

impl Window {
    const NONE: Self = Self {
        number: i64::MIN,
        taken: 0,
    };

    /// Moves to the window `number`. Requests that began a moment apart may arrive in either order,
    /// so an event of the previous window counts in the current one. A clock that is set back
    /// further starts a new window.
    const fn move_to(&mut self, number: i64) {
        if number > self.number || number < self.number.saturating_sub(1) {
            *self = Self { number, taken: 0 };
        }
    }
}

/// Counts what a [`Rate`] allows.
#[derive(Debug)]
pub struct Meter {
    rate: Rate,
    minute: Window,
    hour: Window,
}

impl Meter {
    /// Creates a meter with nothing counted.
    #[must_use]
    pub const fn new(rate: Rate) -> Self {
        Self {
            rate,
            minute: Window::NONE,
            hour: Window::NONE,
        }
    }

    /// Counts one event if the rate allows it.
    pub const fn take(&mut self, now: Timestamp) -> bool {
        self.minute.move_to(now.millis().div_euclid(MINUTE));
        self.hour.move_to(now.millis().div_euclid(HOUR));
        let is_free = self.minute.taken < self.rate.minute && self.hour.taken < self.rate.hour;
        if is_free {
            self.minute.taken += 1;
            self.hour.taken += 1;
        }
        is_free
    }

    /// Uncounts one event that turned out not to come from an unauthenticated client.
    pub const fn give_back(&mut self) {
        self.minute.taken = self.minute.taken.saturating_sub(1);
        self.hour.taken = self.hour.taken.saturating_sub(1);
    }
}

/// The rates for unauthenticated clients, and the counts that wait to be written in one row.
#[derive(Debug)]
pub struct StrangerBudget {
    /// Refusals.
    pub refused: Meter,
    /// Sign-ins that are judged.
    pub judged: Meter,
    /// Dead links that are counted for their address.
    pub dead_links: Meter,
    /// Has at most one entry for each kind of event.
    merged: Vec<(Action, Outcome, u32)>,
}

impl Default for StrangerBudget {
    fn default() -> Self {
        Self {
            refused: Meter::new(REFUSED),
            judged: Meter::new(JUDGED),
            dead_links: Meter::new(DEAD_LINKS),
            merged: Vec::new(),
        }
    }
}

impl StrangerBudget {
    /// Counts one event in the merged row.
    pub fn merge(&mut self, action: Action, outcome: Outcome) {
        self.merge_many(action, outcome, 1);
    }

    /// Counts `count` events in the merged row.
    pub fn merge_many(&mut self, action: Action, outcome: Outcome, count: u32) {
        match self.of(action, outcome) {
            Some(times) => *times = times.saturating_add(count),
            None => self.merged.push((action, outcome, count)),
        }
    }

    /// Uncounts one event that ended otherwise. If the merged row was written meanwhile, that row
    /// counts one too many.
    pub fn withdraw(&mut self, action: Action, outcome: Outcome) {
        if let Some(times) = self.of(action, outcome) {
            *times = times.saturating_sub(1);
        }
    }

    /// Takes the merged counts, one for each kind of event, and resets them.
    pub fn take_merged(&mut self) -> Vec<(Action, Outcome, u32)> {
        let mut merged = std::mem::take(&mut self.merged);
        merged.retain(|(_, _, times)| *times > 0);
        merged
    }

    fn of(&mut self, action: Action, outcome: Outcome) -> Option<&mut u32> {
        let mut all = self.merged.iter_mut();
        let found = all.find(|(own, ended, _)| (*own, *ended) == (action, outcome));
        found.map(|(_, _, times)| times)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    const fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(START.millis() + millis)
    }

    /// RB2: 30 days of refusals and judged sign-ins, ten of each a second, from any addresses. The
    /// number of rows an hour is bounded, and no refusal is lost.
    #[test]
    fn rb2_a_month_of_strangers_is_a_bounded_number_of_rows() {
        const DAYS: i64 = 30;
        let mut budget = StrangerBudget::default();
        let (mut most, mut told, mut tried) = (0, 0_u64, 0_u64);
        for hour in 0..DAYS * 24 {
            let mut rows = 0_u32;
            for minute in 0..60 {
                for tenth in 0..600 {
                    let now = at(hour * HOUR + minute * MINUTE + tenth * 100);
                    for (judged, outcome) in [(false, Outcome::Limited), (true, Outcome::Failed)] {
                        let meter = if judged {
                            &mut budget.judged
                        } else {
                            &mut budget.refused
                        };
                        tried += 1;
                        if meter.take(now) {
                            rows += 1;
                            told += 1;
                        } else {
                            budget.merge(Action::SignIn, outcome);
                        }
                    }
                }
                for (_, _, times) in budget.take_merged() {
                    rows += 1;
                    told += u64::from(times);
                }
            }
            most = most.max(rows);
        }
        assert_eq!(told, tried);
        assert!(
            most <= REFUSED.hour + JUDGED.hour + 2 * 60,
            "{most} rows an hour"
        );
    }

    #[test]
    fn a_minute_is_full_and_the_next_is_not() {
        let mut meter = Meter::new(REFUSED);
        let taken = |meter: &mut Meter, now| (0..100).filter(|_| meter.take(now)).count();
        assert_eq!(taken(&mut meter, START), 20);
        // An event that began before the turn of the minute may arrive after one that began later.
        assert_eq!(taken(&mut meter, at(MINUTE)), 20);
        assert_eq!(taken(&mut meter, at(MINUTE - 1)), 0);
        assert_eq!(taken(&mut meter, at(MINUTE)), 0);
        assert_eq!(
            taken(&mut meter, at(-HOUR * 24)),
            20,
            "the clock was put back"
        );
    }

    #[test]
    fn an_hour_is_full_too() {
        let mut meter = Meter::new(REFUSED);
        let taken = |from: i64, meter: &mut Meter| {
            let minutes = (0..60).map(|minute| at(from + minute * MINUTE));
            minutes
                .flat_map(|now| [now; 30])
                .filter(|now| meter.take(*now))
                .count()
        };
        assert_eq!(taken(0, &mut meter), 200);
        assert_eq!(taken(HOUR, &mut meter), 200);
        meter.give_back();
        assert!(meter.take(at(HOUR)), "what was no stranger's is free again");
    }

    #[test]
    fn what_ended_otherwise_is_told_as_it_ended() {
        let mut budget = StrangerBudget::default();
        for _ in 0..3 {
            budget.merge(Action::SignIn, Outcome::Failed);
        }
        budget.withdraw(Action::SignIn, Outcome::Failed);
        budget.merge(Action::Access, Outcome::Denied);
        budget.withdraw(Action::Access, Outcome::Denied);
        let waiting = budget.take_merged();
        assert_eq!(waiting, [(Action::SignIn, Outcome::Failed, 2)]);
        assert!(budget.take_merged().is_empty());
        budget.withdraw(Action::SignIn, Outcome::Failed);
        assert!(budget.take_merged().is_empty());
    }
}
