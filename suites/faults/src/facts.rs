//! The state of the database about one user, and how an act changes it.

use std::collections::{BTreeMap, BTreeSet};

/// The outcome of an event. All refusals are one value, because a refusal may later be recorded
/// more exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventOutcome {
    Done,
    Owed,
    Refused,
}

/// The facts about a user. Two of them are equal exactly when the same has happened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// The newest burnt step; `None` without a method.
    pub last_step: Option<i64>,
    /// The method's name.
    pub name: Option<String>,
    /// Used codes of the valid set.
    pub codes_used: i64,
    pub codes_left: i64,
    /// Failures of the second factor in a row at sign-in. Failures within a session are counted
    /// there and end with it; the judge checks those of the held sessions.
    pub in_a_row: i64,
    /// Wrong passwords for the email.
    pub wrong_passwords: i64,
    /// Whether the account's rule is on.
    pub rule: bool,
    /// The user's events by action and outcome.
    pub events: BTreeMap<(String, EventOutcome), i64>,
}

impl Facts {
    /// A changed copy.
    pub fn with(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut next = self.clone();
        change(&mut next);
        next
    }

    /// Adds to the count of an event.
    pub fn note(&mut self, action: &str, ended: EventOutcome, by: i64) {
        let count = self.events.entry((action.to_owned(), ended)).or_default();
        *count += by;
        if *count == 0 {
            self.events.remove(&(action.to_owned(), ended));
        }
    }

    /// Adds the event of a completed action.
    pub fn done(&self, action: &str) -> Self {
        self.with(|facts| facts.note(action, EventOutcome::Done, 1))
    }

    /// Adds a code that was counted at sign-in and not judged yet.
    pub fn counted(&self, action: &str) -> Self {
        self.counted_in_session(action)
            .with(|facts| facts.in_a_row += 1)
    }

    /// Like [`Self::counted`], but within a complete session.
    pub fn counted_in_session(&self, action: &str) -> Self {
        self.with(|facts| facts.note(action, EventOutcome::Refused, 1))
    }

    /// A counted code was accepted.
    pub fn taken(&self, action: &str) -> Self {
        self.with(|facts| {
            facts.note(action, EventOutcome::Refused, -1);
            facts.note(action, EventOutcome::Done, 1);
        })
    }

    /// Like [`Self::taken`], for a code that completed a sign-in, which clears the failures.
    pub fn signed_in(&self, action: &str) -> Self {
        self.taken(action).with(|facts| facts.in_a_row = 0)
    }

    /// The differences in words.
    pub fn difference(&self, found: &Self) -> String {
        let mut words = Vec::new();
        let mut compare = |what: &str, own: String, found: String| {
            if own != found {
                words.push(format!("{what} {own} → {found}"));
            }
        };
        compare(
            "last_step",
            format!("{:?}", self.last_step),
            format!("{:?}", found.last_step),
        );
        compare(
            "name",
            format!("{:?}", self.name),
            format!("{:?}", found.name),
        );
        compare(
            "codes",
            format!("{}/{}", self.codes_used, self.codes_left),
            format!("{}/{}", found.codes_used, found.codes_left),
        );
        compare(
            "in_a_row",
            self.in_a_row.to_string(),
            found.in_a_row.to_string(),
        );
        compare(
            "wrong_passwords",
            self.wrong_passwords.to_string(),
            found.wrong_passwords.to_string(),
        );
        compare("rule", self.rule.to_string(), found.rule.to_string());
        let keys = self.events.keys().chain(found.events.keys());
        let keys: BTreeSet<_> = keys.collect();
        for key in keys {
            let count = |facts: &Self| facts.events.get(key).copied().unwrap_or_default();
            compare(
                &format!("{} {:?}", key.0, key.1),
                count(self).to_string(),
                count(found).to_string(),
            );
        }
        words.join(", ")
    }

    /// Which promise is broken if the database holds `found` instead.
    pub fn broken(&self, found: &Self) -> &'static str {
        if found.last_step < self.last_step || found.codes_used < self.codes_used {
            "J2"
        } else if found.in_a_row < self.in_a_row || found.wrong_passwords < self.wrong_passwords {
            "J3"
        } else if self.with(|own| own.events = found.events.clone()) == *found {
            "J5"
        } else {
            "J1"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_broken_has_its_own_name() {
        let before = Facts {
            last_step: Some(7),
            in_a_row: 2,
            ..Facts::default()
        };
        let went_back = before.with(|facts| facts.last_step = Some(6));
        assert_eq!(before.broken(&went_back), "J2");
        assert_eq!(before.difference(&went_back), "last_step Some(7) → Some(6)");
        assert_eq!(
            before.broken(&before.with(|facts| facts.in_a_row = 1)),
            "J3"
        );
        assert_eq!(before.broken(&before.done("rule_on")), "J5");
        assert_eq!(before.broken(&before.with(|facts| facts.rule = true)), "J1");
    }

    #[test]
    fn a_code_that_is_taken_leaves_one_event() {
        let before = Facts {
            in_a_row: 3,
            ..Facts::default()
        };
        let after = before.counted("second_factor").signed_in("second_factor");
        assert_eq!(
            after,
            before
                .done("second_factor")
                .with(|facts| facts.in_a_row = 0)
        );
        let tested = before.counted_in_session("method_test");
        assert_eq!(tested.in_a_row, 3);
        let tested = tested.taken("method_test");
        assert_eq!(tested, before.done("method_test"));
    }
}
