//! The servers on this database and the master keys that each knows; and the rule that a retired key seals nothing.
//!
//! The database says which key seals: the one that seals its first data key. The key file says which keys there are.

use std::time::Duration;

use domain::{keys::DataKeys, ports::PortError, time::Timestamp, vault::KeyId};
use sqlx::{AssertSqlSafe, any::AnyRow, query, query::Query};
use thiserror::Error;

use crate::{
    Store,
    engine::Engine,
    error::port,
    keys::{key_id, of_purpose},
    rows::Values,
    write::{Noted, Write},
};

/// How long the row of a server that was killed is kept.
const KEPT: Duration = Duration::from_hours(1);

/// A server that runs, as it said of itself last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerRecord {
    /// Drawn at its start.
    pub id: String,
    /// For operators: the machine and the process.
    pub name: String,
    /// Which file it reads its keys from; equal for servers that share the file, and empty where it can't read it.
    pub key_file: String,
    /// The fingerprints of the keys that it has read from there.
    pub keys: Vec<String>,
    /// The one that seals what it writes.
    pub seals_by: KeyId,
    /// When it said so, by its own clock.
    pub seen_at: Timestamp,
}

/// A row was to be sealed by a key that the database does not seal by any more.
#[derive(Debug, Error)]
#[error(
    "the key {0} seals nothing in this database any more: if this goes on, the key file of this server is an older copy; put the newest one in its place"
)]
struct Retired(String);

impl Store {
    /// Keeps what a server says of itself.
    pub async fn note_server(&self, server: &ServerRecord) -> Result<(), PortError> {
        let mut write = self.write().await?;
        let old = query("DELETE FROM servers WHERE seen_at < $1 AND id <> $2")
            .bind(server.seen_at.minus(KEPT).millis())
            .bind(server.id.clone());
        write.run(old).await?;
        let note = "INSERT INTO servers (id, name, key_file, key_ids, seals_by, seen_at) VALUES ($1, $2, $3, $4, $5, $6)
                    ON CONFLICT (id) DO UPDATE
                    SET key_file = excluded.key_file, key_ids = excluded.key_ids, seals_by = excluded.seals_by, seen_at = excluded.seen_at";
        let note = query(note)
            .bind(server.id.clone())
            .bind(server.name.clone())
            .bind(server.key_file.clone())
            .bind(server.keys.join(" "))
            .bind(server.seals_by.as_str().to_owned())
            .bind(server.seen_at.millis());
        write.run(note).await?;
        write.commit(Noted::Nothing).await
    }

    /// Forgets a server that stops.
    pub async fn forget_server(&self, id: &str) -> Result<(), PortError> {
        let mut write = self.write().await?;
        let forget = query("DELETE FROM servers WHERE id = $1").bind(id.to_owned());
        write.run(forget).await?;
        write.commit(Noted::Nothing).await
    }

    /// The servers that have said something of themselves after `since`.
    pub async fn servers(&self, since: Timestamp) -> Result<Vec<ServerRecord>, PortError> {
        let sql = "SELECT id, name, key_file, key_ids, seals_by, seen_at FROM servers WHERE seen_at > $1 ORDER BY name, id";
        let rows = self.rows(query(sql).bind(since.millis())).await?;
        rows.iter().map(read).collect()
    }

    /// The key that seals what is written from now on; none before the first start.
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
    let keys = text("key_ids")?;
    Ok(ServerRecord {
        id: text("id")?,
        name: text("name")?,
        key_file: text("key_file")?,
        keys: keys.split(' ').map(str::to_owned).collect(),
        seals_by: KeyId::stored(text("seals_by")?),
        seen_at: row.at("seen_at")?,
    })
}

/// Refuses a row that is sealed by a key which seals no data key any more: the next `twinlock key drop` would leave it without a key. A
/// server that reads an older copy of the key file may try it. The data key stays as it is until the end of the transaction.
pub async fn refuse_retired(
    write: &mut Write,
    engine: Engine,
    key: &KeyId,
) -> Result<(), PortError> {
    let kept = engine.keep_unchanged();
    let sealing = format!("SELECT key_id FROM data_keys WHERE purpose IN ($1, $2, $3){kept}");
    let sealing = DataKeys::PURPOSES
        .into_iter()
        .fold(query(AssertSqlSafe(sealing)), Query::bind);
    let sealing = write.rows(sealing).await?;
    let sealing: Vec<KeyId> = sealing.iter().map(key_id).collect::<Result<_, _>>()?;
    // A database that was never started has none.
    if sealing.is_empty() || sealing.contains(key) {
        return Ok(());
    }
    Err(PortError::Unavailable(Retired(key.to_string()).into()))
}
