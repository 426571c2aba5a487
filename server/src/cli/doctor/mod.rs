//! `twinlock doctor`: finds what prevents a server from working, with the remedy.

pub(in crate::cli) mod app;

use std::collections::BTreeMap;

use domain::{ports::Clock, secrets::vault::KeyId, webauthn::relying_party::RelyingParty};
use serde_json::json;
use storage::Store;

use crate::{
    cli::{Failure, Report, args::DoctorArgs, collisions},
    config::{Address, Database, Passkeys},
    context::{DatabaseFile, StartError, connected, look_at, warn_of_exposures},
    health::{self, HealthReport, PENDING},
    keys::{self, key_file},
    system::clock::SystemClock,
};

/// The name of the key file's check.
const KEY: &str = "key";
/// The result if the key file opens everything except single rows.
const LOST: &str = "some authenticators need a key that is not in the key file";

/// Checks what a server needs, whether one runs or not, and reports the results. Fails if any check
/// fails.
pub(in crate::cli) async fn run(args: &DoctorArgs, database: &Database) -> Result<Report, Failure> {
    let address = Address::new(&args.address)?;
    let public_url = address.public_url(address.listen);
    let passkeys = Passkeys::new(&public_url, &args.passkeys)?;
    look_at(database, DatabaseFile::MustExist).map_err(StartError::Path)?;
    if key_file::is_new(database).map_err(StartError::Key)? {
        return Err(StartError::NoDatabase(database.place.clone()).into());
    }
    let store = connected(database).await?;
    warn_of_exposures(database);
    let found = health::look(&store, database, SystemClock.now()).await;
    // If this query fails, the checks already say why.
    let collisions = collisions::notice(&store).await.ok().flatten();
    let id = passkeys.relying_party().map(RelyingParty::id);
    let others = store.keys_of_other_rp(id.unwrap_or_default()).await;
    let notice = passkeys.notice(others.unwrap_or_default());
    let mut faults = found.checks.faults();
    let lost = if faults.contains(&KEY) {
        Vec::new()
    } else {
        list_missing_keys(&store, database).await
    };
    store.close().await;
    let mut remedies = remedies(&found);
    if !lost.is_empty() {
        faults.push(KEY);
        remedies.insert(KEY, lost.join("; "));
    }
    let each = found.checks.each().map(|(name, word)| {
        let word = if name == KEY && !lost.is_empty() {
            LOST
        } else {
            word
        };
        (name, word)
    });
    let lines = each.map(|(name, word)| {
        let remedy = remedies.get(name).map(|remedy| format!(": {remedy}"));
        format!("{name:<10}  {word}{}", remedy.unwrap_or_default())
    });
    let said = (!faults.is_empty()).then(|| {
        format!(
            "{} of {} checks failed: {}",
            faults.len(),
            each.len(),
            faults.join(", ")
        )
    });
    let mut value = json!(BTreeMap::from(each));
    if said.is_some() {
        value["remedies"] = json!(remedies);
    }
    let mut lines: Vec<String> = lines.into();
    lines.extend(collisions.map(|notice| format!("{:<10}  {notice}", "names")));
    lines.extend(notice.map(|notice| format!("{:<10}  {notice}", "passkeys")));
    Ok(Report::lines(lines, value).failing(said))
}

/// Describes the authenticators that the key file does not open. If this fails, the checks already
/// say why.
async fn list_missing_keys(store: &Store, database: &Database) -> Vec<String> {
    let Ok(ring) = key_file::of(database) else {
        return Vec::new();
    };
    let known: Vec<KeyId> = ring.keys().map(|key| key.id().clone()).collect();
    let lost = keys::find_missing_keys(store, &known)
        .await
        .unwrap_or_default();
    lost.iter().map(ToString::to_string).collect()
}

/// Returns the remedy for each failed check.
fn remedies(found: &HealthReport) -> BTreeMap<&'static str, String> {
    let faults = found.checks.faults();
    let is_pending = found.checks.each().contains(&("migrations", PENDING));
    let each = found.checks.each().into_iter();
    each.filter(|(name, _)| faults.contains(name))
        .filter_map(|(name, word)| {
            let reason = found.reasons.get(name).cloned();
            Some((name, remedy(name, word, is_pending, reason)?))
        })
        .collect()
}

/// Returns the reason or the remedy. A database without tables is no fault of disk, key or key
/// file.
fn remedy(check: &str, found: &str, is_pending: bool, reason: Option<String>) -> Option<String> {
    let text = match (check, found) {
        ("migrations", PENDING) => "run `twinlock migrate`, or start the server once",
        ("database", _) if is_pending => "its tables come with the migrations",
        ("key", "the database query failed" | "the database has no key yet") if is_pending => {
            "the database has its key once the migrations are done"
        }
        ("key", "the database has no key yet") => "start the server once",
        ("clock", _) => "let the system's clock be set by NTP: codes and sessions depend on it",
        (_, "no answer") => {
            "it did not answer within 3 s: does another program hold it locked, has it no connection left, is its disk or its network gone?"
        }
        _ => return reason,
    };
    Some(text.to_owned())
}
