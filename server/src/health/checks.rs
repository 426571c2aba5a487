//! The single checks. Each is bounded in time and reports one of a fixed set of words, never what
//! the database or the system said.

use std::{collections::BTreeMap, time::Duration};

use domain::{ports::PortError, secrets::keys::KeyRing, time::Timestamp};
use serde_json::{Map, Value};
use storage::Store;
use tokio::time::timeout;

use crate::{
    config::Database,
    context::{StartError, source_of},
    keys::{fitting, key_file, refuse_lacking},
};

/// The time limit of each check. If the database needs longer, users would not wait for it either.
pub const LIMIT: Duration = Duration::from_secs(3);
/// How far a clock may lag behind the newest time stored in the database, because servers side by
/// side never agree exactly. Codes are checked in time steps of half this length.
const BEHIND: Duration = Duration::from_mins(1);
/// 1 January 2026: the program did not exist before, so a clock that shows an earlier time was
/// never set.
const EARLIEST: Timestamp = Timestamp::from_millis(1_767_225_600_000);

const HOLDS: &str = "ok";
const NO_ANSWER: &str = "no answer";
/// The schema is older than this version, or missing.
pub const PENDING: &str = "pending";

/// The result of each check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checks {
    database: &'static str,
    migrations: &'static str,
    key: &'static str,
    clock: &'static str,
}

impl Checks {
    /// Returns each check's name and result.
    #[must_use]
    pub const fn each(self) -> [(&'static str, &'static str); 4] {
        [
            ("database", self.database),
            ("migrations", self.migrations),
            ("key", self.key),
            ("clock", self.clock),
        ]
    }

    /// Returns the names of the checks that fail.
    #[must_use]
    pub fn faults(self) -> Vec<&'static str> {
        let faults = self.each().into_iter().filter(|(_, found)| *found != HOLDS);
        faults.map(|(name, _)| name).collect()
    }

    /// Returns whether the server is ready for requests.
    #[must_use]
    pub fn all_hold(self) -> bool {
        self.faults().is_empty()
    }

    /// Returns the results as the JSON of the answer.
    #[must_use]
    pub fn json(self) -> Value {
        let each = self.each().into_iter();
        each.map(|(name, found)| (name.to_owned(), found.into()))
            .collect::<Map<_, _>>()
            .into()
    }
}

/// The results, and the reason of each failure: for the log and for `doctor`, not for the client.
#[derive(Debug)]
pub struct HealthReport {
    /// The words.
    pub checks: Checks,
    /// The reasons by the names of the checks.
    pub reasons: BTreeMap<&'static str, String>,
}

/// A word of the fixed set, and the reason for it.
type Finding = (&'static str, Option<String>);

/// Runs all checks.
pub async fn look(store: &Store, database: &Database, now: Timestamp) -> HealthReport {
    let (beat, migrations, key) = tokio::join!(
        timeout(LIMIT, store.beat(now)),
        timeout(LIMIT, migrations(store)),
        timeout(LIMIT, key(store, database)),
    );
    let silent = || (NO_ANSWER, None);
    let newest = beat
        .as_ref()
        .ok()
        .and_then(|beat| beat.as_ref().ok())
        .copied();
    let found = [
        (
            "database",
            beat.map_or_else(|_| silent(), |beat| writes(&beat)),
        ),
        ("migrations", migrations.unwrap_or_else(|_| silent())),
        ("key", key.unwrap_or_else(|_| silent())),
        ("clock", (clock(now, newest), None)),
    ];
    let [database, migrations, key, clock] = found.each_ref().map(|(_, (word, _))| *word);
    let reasons = found.into_iter();
    HealthReport {
        checks: Checks {
            database,
            migrations,
            key,
            clock,
        },
        reasons: reasons
            .filter_map(|(name, (_, reason))| Some((name, reason?)))
            .collect(),
    }
}

fn writes(beat: &Result<Timestamp, PortError>) -> Finding {
    match beat {
        Ok(_) => (HOLDS, None),
        Err(error @ PortError::Unavailable(_)) => ("unavailable", Some(source_of(error))),
        Err(error @ PortError::Failed(_)) => ("failed", Some(source_of(error))),
    }
}

async fn migrations(store: &Store) -> Finding {
    let pending = match store.pending_migrations().await {
        Ok(pending) => pending,
        Err(error @ storage::OpenError::Newer { .. }) => {
            return ("newer than this version", Some(error.to_string()));
        }
        Err(error) => return ("failed", Some(error.to_string())),
    };
    if !pending.is_empty() {
        return (PENDING, None);
    }
    match store.check_schema().await {
        Ok(()) => (HOLDS, None),
        Err(error @ storage::OpenError::Altered(_)) => {
            ("changed by another program", Some(error.to_string()))
        }
        Err(error) => ("failed", Some(error.to_string())),
    }
}

/// Checks the key file as it is on the disk now, because the next start needs it.
async fn key(store: &Store, database: &Database) -> Finding {
    let ring = match key_file::of(database) {
        Ok(ring) => ring,
        Err(error) => return ("the key file can't be used", Some(error.to_string())),
    };
    match store.key_check().await {
        Ok(Some(kept)) => match fits(store, &ring, &kept, database).await {
            Ok(()) => (HOLDS, None),
            Err(StartError::Port(error)) => ("the database query failed", Some(source_of(&error))),
            Err(error) => (
                "the key file does not belong to the database",
                Some(error.to_string()),
            ),
        },
        Ok(None) => ("the database has no key yet", None),
        // An error of the database is no fault of the key file.
        Err(error) => ("the database query failed", Some(source_of(&error))),
    }
}

async fn fits(
    store: &Store,
    ring: &KeyRing,
    check: &[u8],
    database: &Database,
) -> Result<(), StartError> {
    fitting(store, ring, check, database).await?;
    refuse_lacking(store, ring, database).await
}

/// `newest` is the newest time that the database has seen, if it is known.
fn clock(now: Timestamp, newest: Option<Timestamp>) -> &'static str {
    clock_fault(now, newest).unwrap_or(HOLDS)
}

/// Returns what is wrong with a clock that shows `now`.
#[must_use]
pub fn clock_fault(now: Timestamp, newest: Option<Timestamp>) -> Option<&'static str> {
    if now < EARLIEST {
        Some("not set")
    } else if newest.is_some_and(|newest| newest.since(now) > BEHIND) {
        Some("behind what the database has seen")
    } else {
        None
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
