//! The output of `twinlock key list` and `twinlock key rotate`.

use domain::{
    ports::PortError,
    secrets::{keys::KeyRing, vault::KeyId},
};
use serde_json::{Value, json};
use storage::Store;

use crate::{
    cli::{Failure, Report},
    keys::{self, KeyRows, Progress},
};

/// Lists the keys of the file and the missing ones, each with its use.
pub(in crate::cli) async fn list(store: &Store, ring: &KeyRing) -> Result<Report, Failure> {
    let seals = match store.sealing_key().await? {
        Some(key) => Some(key),
        None => ring.current().map(|key| key.id().clone()),
    };
    let mut items = Vec::new();
    for key in ring.keys() {
        let id = key.id();
        let rows = store.rows_of_key(id).await?;
        let waits = ring.next().is_some_and(|next| next.id() == id);
        let (state, said) = match (seals.as_ref() == Some(id), waits) {
            (true, _) => ("current", "seals"),
            (_, true) => ("next", "waits for `twinlock key rotate`"),
            (_, false) => ("old", "opens only"),
        };
        let noun = if rows == 1 { "row" } else { "rows" };
        items.push((
            format!("{id}: {said}, {rows} {noun} sealed by it"),
            json!({ "id": id.as_str(), "state": state, "rows": rows }),
        ));
    }
    for lost in missing(store, ring).await? {
        items.push((
            format!("{}: {lost}", lost.key),
            json!({ "id": lost.key.as_str(), "state": "missing", "rows": lost.rows }),
        ));
    }
    Ok(Report::list(items, "There are no keys."))
}

/// Reports what a rotation did, and what it could not do.
pub(in crate::cli) async fn rotated(
    store: &Store,
    ring: &KeyRing,
    progress: Progress,
) -> Result<Report, Failure> {
    let (mut free, mut needed) = (Vec::new(), Vec::new());
    for key in ring.keys().skip(1) {
        let of_key = keys::rows_of_key(store, key.id().clone()).await?;
        if of_key.rows == 0 {
            free.push(of_key.key);
        } else {
            needed.push(of_key);
        }
    }
    let lost = missing(store, ring).await?;
    let Progress { done, damaged } = progress;
    let failed = unsealed(&needed, &lost);
    let mut line = format!("{done} rows resealed.");
    line.extend(free.iter().map(|id| {
        format!(" Nothing needs the key {id} any more: `twinlock key drop {id}` takes it away.")
    }));
    line.extend(needed.iter().map(|of_key| {
        let (id, rows, people) = (&of_key.key, of_key.rows, of_key.names());
        format!(
            " Rows of the key {id} do not open and stay as they are ({rows}): no one can sign in \
            with them. Reset those people (`twinlock user reset-mfa`) before you drop it: \
            {people}."
        )
    }));
    line.extend(lost.iter().map(|lost| format!(" Not resealed: {lost}.")));
    let needed: Vec<Value> = needed.iter().map(|key| json!(key.key.as_str())).collect();
    let free: Vec<Value> = free.iter().map(|id| json!(id.as_str())).collect();
    let lost: Vec<Value> = lost
        .iter()
        .map(|lost| json!({ "id": lost.key.as_str(), "rows": lost.rows }))
        .collect();
    let json = json!({ "sealed": done, "damaged": damaged, "free": free, "needed": needed, "missing": lost });
    Ok(Report::one(line, json).failing(failed))
}

/// Reports the rows that a rotation did not reseal, with the remedy; none if there are no such
/// rows.
fn unsealed(needed: &[KeyRows], lost: &[KeyRows]) -> Option<String> {
    let rows: u32 = needed.iter().chain(lost).map(|of_key| of_key.rows).sum();
    let (noun, stay) = if rows == 1 {
        ("row", "stays as it is")
    } else {
        ("rows", "stay as they are")
    };
    let remedy = if lost.is_empty() {
        "reset those people with `twinlock user reset-mfa`"
    } else {
        "put the missing key back and run `twinlock key rotate` again, or reset those people with `twinlock user reset-mfa`"
    };
    (rows > 0).then(|| format!("{rows} {noun} could not be resealed and {stay}: {remedy}"))
}

/// Returns the rows sealed with keys that are not in the file.
pub(in crate::cli) async fn missing(
    store: &Store,
    ring: &KeyRing,
) -> Result<Vec<KeyRows>, PortError> {
    let known: Vec<KeyId> = ring.keys().map(|key| key.id().clone()).collect();
    keys::find_missing_keys(store, &known).await
}
