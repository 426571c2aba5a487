//! `twinlock doctor`: what stands in a server's way, and what mends it.

use domain::ports::Clock;

use super::{Failure, Report, collisions};
use crate::{
    clock::SystemClock,
    config::Database,
    context::{OpenError, connected, warn_of_exposures},
    health, keyfile,
};

/// Looks at what a server needs, while one runs or not, and prints what it found; fails if anything does not hold.
pub(super) async fn run(database: &Database, json: bool) -> Result<(), Failure> {
    if keyfile::is_new(database).map_err(OpenError::Key)? {
        return Err(OpenError::NoDatabase(database.place.clone()).into());
    }
    let store = connected(database).await?;
    warn_of_exposures(database);
    let found = health::look(&store, database, SystemClock.now()).await;
    let altered = store.check_schema().await.err();
    // What the checks found says why this could not be learnt.
    let collisions = collisions::notice(&store).await.ok().flatten();
    store.close().await;
    let faults = found.faults();
    let lines = found.each().map(|(name, word)| {
        let remedy = || match &altered {
            Some(altered) if word == health::ALTERED => format!(": {altered}"),
            _ => remedy(name, word, database),
        };
        let remedy = faults.contains(&name).then(remedy);
        format!("{name:<10}  {word}{}", remedy.unwrap_or_default())
    });
    let mut lines: Vec<String> = lines.into();
    lines.extend(collisions.map(|notice| format!("{:<10}  {notice}", "names")));
    Report::lines(lines, found.json())
        .print(json)
        .map_err(Failure::output)?;
    if faults.is_empty() {
        return Ok(());
    }
    Err(Failure::refused(format!(
        "{} of {} checks failed: {}",
        faults.len(),
        found.each().len(),
        faults.join(", ")
    )))
}

fn remedy(check: &str, found: &str, database: &Database) -> String {
    let text = match (check, found) {
        ("database", _) => {
            "does it take writes, has its disk room, does another program hold it locked?"
                .to_owned()
        }
        ("migrations", "pending") => "run `twinlock migrate`, or start the server once".to_owned(),
        ("migrations", "newer than this version") => {
            "start the newer version that was here".to_owned()
        }
        ("key", _) => match keyfile::read(&database.key_file) {
            Err(error) => error.to_string(),
            Ok(_) => "name the right one with TWINLOCK_KEY_FILE".to_owned(),
        },
        ("clock", _) => {
            "let the system's clock be set by NTP: codes and sessions hang on it".to_owned()
        }
        _ => return String::new(),
    };
    format!(": {text}")
}
