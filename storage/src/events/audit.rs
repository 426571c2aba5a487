//! Reads the security events back in pages, so that a table of any size takes little memory.

use domain::{
    events::{Chain, EventRecord},
    ports::PortError,
};
use sqlx::Row;
use tracing::instrument;

use crate::{
    Store,
    engine::{error::port, rows::Values, statement::query},
    events::{
        chain::{ENDS, Ends, ends},
        read,
    },
};

/// Rows per page.
const PAGE: i64 = 500;
/// The next page in the order of writing.
const PAGE_BY_ID: &str = "
    SELECT id, at, actor, subject, account, action, outcome, method, email_index, detail, times,
           address, browser, seq, seal
    FROM security_events
    WHERE id > $1
    ORDER BY id
    LIMIT $2";
/// The next page in the order of the chain.
const PAGE_BY_SEQ: &str = "
    SELECT id, at, actor, subject, account, action, outcome, method, email_index, detail, times,
           address, browser, seq, seal
    FROM security_events
    WHERE seq > $1
    ORDER BY seq
    LIMIT $2";
/// The maximum number of faults that are named.
const NAMED: usize = 20;

/// A fault in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Sealed rows are missing, from the first to the second position.
    Missing(i64, i64),
    /// The row at this position differs from what was sealed there, because it was changed or
    /// inserted from elsewhere.
    Changed(i64),
    /// The record of the chain's first and last position was changed or is missing.
    Ends,
}

/// The result of a verification of the chain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Audit {
    /// The first faults.
    pub faults: Vec<Fault>,
    /// The total number of faults.
    pub count: u64,
    /// How many sealed rows were read.
    pub sealed: u64,
    /// How many rows wait for their seal.
    pub waiting: u32,
    /// How many rows were deleted because of their age, in total.
    pub deleted: i64,
    /// The newest position in the chain and its seal.
    pub head: Option<(i64, Vec<u8>)>,
}

impl Audit {
    fn add(&mut self, fault: Fault) {
        self.count += 1;
        if self.faults.len() < NAMED {
            self.faults.push(fault);
        }
    }
}

impl Store {
    /// The next events after id `after`, in the order of writing; empty at the end.
    #[instrument(level = "debug", skip_all, fields(db.operation.name = "events.events_after"))]
    pub async fn events_after(&self, after: i64) -> Result<Vec<EventRecord>, PortError> {
        self.page(PAGE_BY_ID, after).await
    }

    /// The newest events in the order of writing, at most `count`.
    #[instrument(level = "debug", skip_all, fields(db.operation.name = "events.newest_events"))]
    pub async fn newest_events(&self, count: u32) -> Result<Vec<EventRecord>, PortError> {
        const NEWEST: &str = "
            SELECT id, at, actor, subject, account, action, outcome, method, email_index, detail,
                   times, address, browser, seq, seal
            FROM security_events
            ORDER BY id DESC
            LIMIT $1";
        let rows = self.rows(query(NEWEST).bind(i64::from(count))).await?;
        rows.iter().rev().map(read).collect()
    }

    /// Verifies the whole chain. Restarts if old rows were deleted in the meantime.
    #[instrument(level = "debug", skip_all, fields(db.operation.name = "events.verify_events"))]
    pub async fn verify_events(&self, chain: &Chain) -> Result<Audit, PortError> {
        loop {
            let before = self.ends().await?;
            let mut audit = Audit::default();
            let newest = self.walk(chain, before.as_ref(), &mut audit).await?;
            let after = self.ends().await?;
            let anchor = |ends: &Option<Ends>| ends.as_ref().map(|ends| ends.anchor.0);
            if before.is_some() && anchor(&before) != anchor(&after) {
                continue;
            }
            // Rows that are sealed during the verification move the head forward.
            if after.as_ref().map_or(0, |ends| ends.head.0) < newest {
                audit.add(Fault::Changed(newest));
            }
            if after.as_ref().is_some_and(|ends| !ends.hold(chain)) {
                audit.add(Fault::Ends);
            }
            audit.waiting = self.waiting().await?;
            audit.deleted = anchor(&after).unwrap_or(0);
            audit.head = after.map(|ends| ends.head);
            return Ok(audit);
        }
    }

    /// The seal at a position of the chain, including its anchor; `None` if that position does not
    /// exist.
    #[instrument(level = "debug", skip_all, fields(db.operation.name = "events.seal_at"))]
    pub async fn seal_at(&self, seq: i64) -> Result<Option<Vec<u8>>, PortError> {
        const SEAL: &str = "SELECT seal FROM security_events WHERE seq = $1";
        if let Some(row) = self.row(query(SEAL).bind(seq)).await? {
            return row.try_get("seal").map_err(port);
        }
        let anchor = self.ends().await?.map(|ends| ends.anchor);
        Ok(anchor
            .filter(|anchor| anchor.0 == seq)
            .map(|anchor| anchor.1))
    }

    async fn ends(&self) -> Result<Option<Ends>, PortError> {
        let row = self.row(query(ENDS)).await?;
        row.as_ref().map(ends).transpose()
    }

    async fn waiting(&self) -> Result<u32, PortError> {
        const WAITING: &str = "
            SELECT COUNT(*) AS waiting
            FROM security_events
            WHERE seq IS NULL";
        let row = self.row(query(WAITING)).await?;
        row.map_or(Ok(0), |row| row.count("waiting"))
    }

    /// Follows the chain and returns its last position.
    async fn walk(
        &self,
        chain: &Chain,
        ends: Option<&Ends>,
        audit: &mut Audit,
    ) -> Result<i64, PortError> {
        let none = Ends::new(chain);
        let ends = ends.unwrap_or(&none);
        let mut at = ends.anchor.0;
        let mut before = Some(ends.anchor.1.clone());
        let mut read = i64::MIN;
        loop {
            let page = self.page(PAGE_BY_SEQ, read).await?;
            if page.is_empty() {
                break;
            }
            for row in page {
                let Some((seq, seal)) = row.sealed.clone() else {
                    continue;
                };
                read = seq;
                audit.sealed += 1;
                if seq <= ends.anchor.0 {
                    // A row that was deleted because of its age has reappeared.
                    audit.add(Fault::Changed(seq));
                    continue;
                }
                if seq != at + 1 {
                    audit.add(Fault::Missing(at + 1, seq - 1));
                    before = None;
                }
                // After a gap the previous seal is unknown; the gap itself is reported.
                let follows = |before: &Vec<u8>| Chain::same(&chain.seal(before, seq, &row), &seal);
                let is_head = seq != ends.head.0 || Chain::same(&seal, &ends.head.1);
                if !before.as_ref().is_none_or(follows) || !is_head {
                    audit.add(Fault::Changed(seq));
                }
                (at, before) = (seq, Some(seal));
            }
        }
        if at < ends.head.0 {
            audit.add(Fault::Missing(at + 1, ends.head.0));
        }
        Ok(at)
    }

    async fn page(&self, sql: &'static str, after: i64) -> Result<Vec<EventRecord>, PortError> {
        let rows = self.rows(query(sql).bind(after).bind(PAGE)).await?;
        rows.iter().map(read).collect()
    }
}
