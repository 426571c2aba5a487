//! The single checks: each ends in time and says a word of a closed set, never what the database or the system said.

use std::time::Duration;

use domain::{ports::PortError, time::Timestamp};
use serde_json::{Map, Value};
use storage::Store;
use tokio::time::timeout;

use crate::{config::Database, keyfile};

/// How long any check may take. What the database has not done by then its users would not wait for either.
pub const LIMIT: Duration = Duration::from_secs(3);
/// How far a clock may lie behind the newest instant that the database has seen: servers side by side are never quite at one. Codes are
/// judged by steps of half this length.
const BEHIND: Duration = Duration::from_mins(1);
/// 1 January 2026: this program was not there before, so a clock that shows less was never set.
const EARLIEST: Timestamp = Timestamp::from_millis(1_767_225_600_000);

const HOLDS: &str = "ok";
const NO_ANSWER: &str = "no answer";
/// The schema holds more or other than what this program makes.
pub const ALTERED: &str = "changed by another program";

/// What each check found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checks {
    database: &'static str,
    migrations: &'static str,
    key: &'static str,
    clock: &'static str,
}

impl Checks {
    /// Each check by its name with what it found.
    #[must_use]
    pub const fn each(self) -> [(&'static str, &'static str); 4] {
        [
            ("database", self.database),
            ("migrations", self.migrations),
            ("key", self.key),
            ("clock", self.clock),
        ]
    }

    /// The names of those that do not hold.
    #[must_use]
    pub fn faults(self) -> Vec<&'static str> {
        let faults = self.each().into_iter().filter(|(_, found)| *found != HOLDS);
        faults.map(|(name, _)| name).collect()
    }

    /// Whether the server should be given work.
    #[must_use]
    pub fn all_hold(self) -> bool {
        self.faults().is_empty()
    }

    /// As it is answered.
    #[must_use]
    pub fn json(self) -> Value {
        let each = self.each().into_iter();
        each.map(|(name, found)| (name.to_owned(), found.into()))
            .collect::<Map<_, _>>()
            .into()
    }
}

/// Looks at everything.
pub async fn look(store: &Store, database: &Database, now: Timestamp) -> Checks {
    let (beat, migrations, key) = tokio::join!(
        timeout(LIMIT, store.beat(now)),
        timeout(LIMIT, migrations(store)),
        timeout(LIMIT, key(store, database)),
    );
    Checks {
        database: match &beat {
            Ok(Ok(_)) => HOLDS,
            Ok(Err(PortError::Unavailable(_))) => "unavailable",
            Ok(Err(PortError::Failed(_))) => "failed",
            Err(_) => NO_ANSWER,
        },
        migrations: migrations.unwrap_or(NO_ANSWER),
        key: key.unwrap_or(NO_ANSWER),
        clock: clock(now, beat.ok().and_then(Result::ok)),
    }
}

async fn migrations(store: &Store) -> &'static str {
    match store.pending_migrations().await {
        Ok(pending) if pending.is_empty() => match store.check_schema().await {
            Ok(()) => HOLDS,
            Err(storage::OpenError::Altered(_)) => ALTERED,
            Err(_) => "failed",
        },
        Ok(_) => "pending",
        Err(storage::OpenError::Newer { .. }) => "newer than this version",
        Err(_) => "failed",
    }
}

/// The key file as it stands on the disk now: the next start needs it.
async fn key(store: &Store, database: &Database) -> &'static str {
    let Ok(ring) = keyfile::read(&database.key_file) else {
        return "the key file can't be used";
    };
    match store.key_check().await {
        Ok(Some(kept)) if ring.fitting(&kept).is_some() => HOLDS,
        Ok(_) => "the key file is another database's",
        Err(_) => "failed",
    }
}

/// `newest` is what the database has seen, unless that could not be learnt.
fn clock(now: Timestamp, newest: Option<Timestamp>) -> &'static str {
    if now < EARLIEST {
        "not set"
    } else if newest.is_some_and(|newest| newest.since(now) > BEHIND) {
        "behind what the database has seen"
    } else {
        HOLDS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_may_go_on_but_not_back() {
        let now = EARLIEST.plus(Duration::from_hours(24));
        assert_eq!(clock(now, None), HOLDS);
        assert_eq!(clock(now, Some(now.minus(Duration::from_hours(9)))), HOLDS);
        assert_eq!(clock(now, Some(now.plus(BEHIND))), HOLDS);
        let ahead = now.plus(BEHIND + Duration::from_millis(1));
        assert_eq!(clock(now, Some(ahead)), "behind what the database has seen");
        assert_eq!(clock(Timestamp::default(), None), "not set");
    }

    #[test]
    fn one_that_fails_is_enough() {
        let all = Checks {
            database: HOLDS,
            migrations: HOLDS,
            key: HOLDS,
            clock: HOLDS,
        };
        assert!(all.all_hold());
        assert!(
            !Checks {
                key: "failed",
                ..all
            }
            .all_hold()
        );
        assert!(
            !Checks {
                clock: NO_ANSWER,
                ..all
            }
            .all_hold()
        );
    }
}
