//! Security events without another change, and the outcome of counted attempts.

pub(crate) mod audit;
pub(crate) mod chain;

use async_trait::async_trait;
use domain::{
    events::{Event, EventRecord, Outcome},
    ports::{Events, PortError},
};
use sqlx::{Row, any::AnyRow};
use tracing::instrument;

use crate::{
    Store,
    engine::{error::port, rows::Values, transaction::EventNote},
};

#[async_trait]
impl Events for Store {
    #[instrument(level = "debug", skip_all, fields(db.operation.name = "events.note"))]
    async fn note(&self, event: Event) -> Result<(), PortError> {
        if !self.scope.strangers.tells_apart(&self.scope.origin, &event) {
            return Ok(());
        }
        let write = self.write().await?;
        write.commit(EventNote::Repeated(event)).await
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "events.settle"))]
    async fn settle(&self, outcome: Outcome) -> Result<(), PortError> {
        let attempts = &self.scope.attempts;
        if attempts.is_empty() {
            return Ok(());
        }
        if !attempts.has_rows() {
            attempts.set_outcome(outcome);
            return Ok(());
        }
        attempts.commit_outcome(self.write().await?, outcome).await
    }
}

/// An event of a statement that selects every column.
pub fn read(row: &AnyRow) -> Result<EventRecord, PortError> {
    let text = |column: &str| row.try_get::<String, _>(column).map_err(port);
    let maybe = |column: &str| row.try_get::<Option<String>, _>(column).map_err(port);
    let bytes = |column: &str| row.try_get::<Option<Vec<u8>>, _>(column).map_err(port);
    let seq: Option<i64> = row.try_get("seq").map_err(port)?;
    Ok(EventRecord {
        id: row.number("id")?,
        at: row.at("at")?,
        actor: text("actor")?,
        subject: maybe("subject")?,
        account: maybe("account")?,
        action: text("action")?,
        outcome: text("outcome")?,
        method: maybe("method")?,
        email: bytes("email_index")?,
        detail: maybe("detail")?,
        times: row.number("times")?,
        address: maybe("address")?,
        browser: maybe("browser")?,
        sealed: seq.zip(bytes("seal")?),
    })
}
