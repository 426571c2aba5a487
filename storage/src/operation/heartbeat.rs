//! The proof that the database takes writes, and the newest instant that it has seen.

use domain::{ports::PortError, time::Timestamp};
use sqlx::query;

use crate::{
    Store,
    engine::{rows::Values, transaction::EventNote},
};

impl Store {
    /// Commits a row: nothing less notices a full disk, a held lock or a server that has become a standby. Answers the newest instant that
    /// any server ever wrote here; it lies ahead of `now` where this clock was put back, or is behind the others'.
    pub async fn beat(&self, now: Timestamp) -> Result<Timestamp, PortError> {
        let mut write = self.write().await?;
        let beat = "INSERT INTO heartbeat (id, at, beats) VALUES (1, $1, 1)
                    ON CONFLICT (id) DO UPDATE SET beats = heartbeat.beats + 1,
                        at = CASE WHEN heartbeat.at < excluded.at THEN excluded.at ELSE heartbeat.at END
                    RETURNING at";
        let row = write.row(query(beat).bind(now.millis())).await?;
        let newest = row.map_or(Ok(now), |row| row.at("at"))?;
        // Nobody's doing, and nothing that anybody may do changes.
        write.commit(EventNote::Nothing).await?;
        Ok(newest)
    }
}
