//! The servers on this database and the master keys that each has loaded. Enforces that a retired
//! key seals no row.
//!
//! The database determines which key seals: the one that seals its first data key. The key file
//! determines which keys exist.
//!
//! `seen_at` uses the database's clock, because the clocks of two servers may differ by minutes.

use std::time::Duration;

use domain::{
    ports::PortError,
    secrets::{keys::DataKeys, vault::KeyId},
};
use sqlx::{AssertSqlSafe, any::AnyRow};
use thiserror::Error;
use tracing::instrument;

use crate::{
    Store,
    engine::{
        dialect::Engine,
        error::port,
        rows::Values,
        statement::{Statement, query},
        transaction::{EventNote, WriteTransaction},
    },
    operation::keys::{key_id, of_purpose},
};

/// How long the row of a killed server is kept.
const KEPT: Duration = Duration::from_hours(1);
/// Marks the pending key among the fingerprints of a row.
const WAITS: &str = ":next";

/// A running server, as it last reported itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerRecord {
    /// Drawn at random when the server starts.
    pub id: String,
    /// The host and the process, for operators.
    pub name: String,
    /// Identifies the key file; equal for servers that share the file, and empty if it can't be
    /// read.
    pub key_file: String,
    /// The fingerprints of the keys that the server has loaded.
    pub keys: Vec<String>,
    /// The key that is pending for rotation, if any.
    pub waiting: Option<String>,
    /// The key that the server seals with.
    pub seals_by: KeyId,
}

/// A row was to be sealed with a key that the database has retired.
#[derive(Debug, Error)]
#[error(
    "the key {0} seals nothing in this database any more: if this goes on, the key file of this server is an older copy; put the newest one in its place, which has a line `{1}:`"
)]
struct RetiredKeyError(String, String);

impl Store {
    /// Stores what a server reports about itself.
    #[instrument(level = "debug", skip_all, fields(db.operation.name = "servers.note_server"))]
    pub async fn note_server(&self, server: &ServerRecord) -> Result<(), PortError> {
        let mut write = self.write().await?;
        let now = self.engine().now();
        let old = format!(
            "DELETE FROM servers
             WHERE ABS(seen_at - {now}) > $1 AND id <> $2"
        );
        let old = query(AssertSqlSafe(old))
            .bind(millis(KEPT))
            .bind(server.id.clone());
        write.run(old).await?;
        let note = format!(
            "INSERT INTO servers (id, name, key_file, key_ids, seals_by, seen_at)
             VALUES ($1, $2, $3, $4, $5, {now})
             ON CONFLICT (id) DO UPDATE
             SET key_file = excluded.key_file,
                 key_ids = excluded.key_ids,
                 seals_by = excluded.seals_by,
                 seen_at = excluded.seen_at"
        );
        let note = query(AssertSqlSafe(note))
            .bind(server.id.clone())
            .bind(server.name.clone())
            .bind(server.key_file.clone())
            .bind(key_ids(server))
            .bind(server.seals_by.as_str().to_owned());
        write.run(note).await?;
        write.commit(EventNote::Nothing).await
    }

    /// Deletes the row of a server that stops.
    #[instrument(level = "debug", skip_all, fields(db.operation.name = "servers.forget_server"))]
    pub async fn forget_server(&self, id: &str) -> Result<(), PortError> {
        const FORGET: &str = "DELETE FROM servers WHERE id = $1";
        let mut write = self.write().await?;
        write.run(query(FORGET).bind(id.to_owned())).await?;
        write.commit(EventNote::Nothing).await
    }

    /// The servers that have reported within that time, by the database's clock.
    #[instrument(level = "debug", skip_all, fields(db.operation.name = "servers.servers"))]
    pub async fn servers(&self, within: Duration) -> Result<Vec<ServerRecord>, PortError> {
        let now = self.engine().now();
        // A row equally far in the future was written before that clock was set back.
        let sql = format!(
            "SELECT id, name, key_file, key_ids, seals_by
             FROM servers
             WHERE ABS(seen_at - {now}) < $1
             ORDER BY name, id"
        );
        let sql = query(AssertSqlSafe(sql)).bind(millis(within));
        let rows = self.rows(sql).await?;
        rows.iter().map(read).collect()
    }

    /// The key that new rows are sealed with; `None` before the first start.
    #[instrument(level = "debug", skip_all, fields(db.operation.name = "servers.sealing_key"))]
    pub async fn sealing_key(&self) -> Result<Option<KeyId>, PortError> {
        let [first, ..] = DataKeys::PURPOSES;
        let row = self.row(of_purpose(first)).await?;
        Ok(row
            .map(|row| row.sealed())
            .transpose()?
            .map(|key| key.key_id))
    }
}

fn read(row: &AnyRow) -> Result<ServerRecord, PortError> {
    let text = |column| sqlx::Row::try_get::<String, _>(row, column).map_err(port);
    let listed = text("key_ids")?;
    let waits = |key: &str| key.strip_suffix(WAITS).map(str::to_owned);
    Ok(ServerRecord {
        id: text("id")?,
        name: text("name")?,
        key_file: text("key_file")?,
        keys: listed
            .split(' ')
            .map(|key| waits(key).unwrap_or_else(|| key.to_owned()))
            .collect(),
        waiting: listed.split(' ').find_map(waits),
        seals_by: KeyId::stored(text("seals_by")?),
    })
}

fn key_ids(server: &ServerRecord) -> String {
    let listed = server.keys.iter().map(|key| {
        let waits = server.waiting.as_ref() == Some(key);
        format!("{key}{}", if waits { WAITS } else { "" })
    });
    listed.collect::<Vec<_>>().join(" ")
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// Refuses a row that is sealed with a retired key, because the next `twinlock key drop` would make
/// it unreadable.
/// A server with an outdated key file may try that. Locks the data keys against changes until the
/// transaction ends.
pub async fn refuse_retired(
    write: &mut WriteTransaction,
    engine: Engine,
    key: &KeyId,
) -> Result<(), PortError> {
    let kept = engine.keep_unchanged();
    let sealing = format!("SELECT key_id FROM data_keys WHERE purpose IN ($1, $2, $3, $4){kept}");
    let sealing = DataKeys::PURPOSES
        .into_iter()
        .fold(query(AssertSqlSafe(sealing)), Statement::bind);
    let sealing = write.rows(sealing).await?;
    let sealing: Vec<KeyId> = sealing.iter().map(key_id).collect::<Result<_, _>>()?;
    // A database without a first start has no data keys.
    let Some(other) = sealing.first() else {
        return Ok(());
    };
    if sealing.contains(key) {
        return Ok(());
    }
    let retired = RetiredKeyError(key.to_string(), other.to_string());
    Err(PortError::Unavailable(retired.into()))
}
