//! Proves that the database accepts writes, and tracks the newest time that any server has written.

use domain::{ports::PortError, time::Timestamp};
use tracing::instrument;

use crate::{
    Store,
    engine::{rows::Values, statement::query, transaction::EventNote},
};

impl Store {
    /// Commits a row, because only a write detects a full disk, a held lock or a failover to
    /// standby. Returns the newest time that any server has written; it is later than `now` if this
    /// server's clock was set back or is behind the others.
    #[instrument(level = "debug", skip_all, fields(db.operation.name = "heartbeat.beat"))]
    pub async fn beat(&self, now: Timestamp) -> Result<Timestamp, PortError> {
        const BEAT: &str = "
            INSERT INTO heartbeat (id, at, beats)
            VALUES (1, $1, 1)
            ON CONFLICT (id) DO UPDATE
            SET beats = heartbeat.beats + 1,
                at = CASE WHEN heartbeat.at < excluded.at THEN excluded.at ELSE heartbeat.at END
            RETURNING at";
        let mut write = self.write().await?;
        let row = write.row(query(BEAT).bind(now.millis())).await?;
        let newest = row.map_or(Ok(now), |row| row.at("at"))?;
        // No user caused this write, and it changes no access.
        write.commit(EventNote::Nothing).await?;
        Ok(newest)
    }
}
