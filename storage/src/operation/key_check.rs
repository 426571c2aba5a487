//! The check value by which a wrong key file is noticed at start.

use domain::ports::PortError;
use sqlx::query;

use crate::{
    Store,
    engine::{rows::Values, transaction::EventNote},
};

impl Store {
    /// The check value that stands in the database.
    pub async fn key_check(&self) -> Result<Option<Vec<u8>>, PortError> {
        self.row(query("SELECT value FROM key_check WHERE id = 1"))
            .await?
            .map(|row| row.bytes("value"))
            .transpose()
    }

    /// Keeps a check value unless one stands there already, and answers the one that stands: the caller compares.
    pub async fn keep_key_check(&self, check: &[u8; 32]) -> Result<Vec<u8>, PortError> {
        if let Some(kept) = self.key_check().await? {
            return Ok(kept);
        }
        let mut write = self.write().await?;
        let keep =
            query("INSERT INTO key_check (id, value) VALUES (1, $1) ON CONFLICT (id) DO NOTHING")
                .bind(check.as_slice());
        write.run(keep).await?;
        write.commit(EventNote::Nothing).await?;
        Ok(self.key_check().await?.unwrap_or_default())
    }
}
