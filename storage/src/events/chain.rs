//! Seals events into a hash chain, and deletes old ones at its beginning. Both lock the row in
//! `event_chain` first and change it only if it is as it was read, so that several servers extend
//! one chain.

use domain::{
    events::{Action, Chain, Event, EventRecord},
    ports::PortError,
    time::Timestamp,
};
use thiserror::Error;
use tracing::instrument;

use crate::{
    Store,
    engine::{
        error::damaged,
        rows::Values,
        statement::{Statement, query},
        transaction::{EventNote, WriteTransaction},
    },
    events::read,
};

/// How many rows one transaction seals or deletes, because other writers wait for it.
pub const BATCH: i64 = 200;

/// The chain's ends were changed outside this program. No further events are sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "the ends of the chain of security events were changed: nothing more is sealed until `twinlock events --verify` has shown what is missing"
)]
pub struct BrokenChainError;

/// The first and the last position of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ends {
    /// The last row that was deleted because of its age, and its seal.
    pub anchor: (i64, Vec<u8>),
    /// The newest sealed row, and its seal.
    pub head: (i64, Vec<u8>),
    /// The keyed hash of both ends.
    pub mac: Vec<u8>,
}

impl Ends {
    /// The ends of an empty chain.
    pub fn new(chain: &Chain) -> Self {
        let none = || (0, Chain::START.to_vec());
        Self {
            anchor: none(),
            head: none(),
            mac: chain
                .seal_ends((0, &Chain::START), (0, &Chain::START))
                .to_vec(),
        }
    }

    /// Whether the ends are unchanged, according to their keyed hash.
    #[must_use]
    pub fn hold(&self, chain: &Chain) -> bool {
        Chain::same(&self.mac, &self.sealed(chain))
    }

    fn sealed(&self, chain: &Chain) -> [u8; 32] {
        chain.seal_ends((self.anchor.0, &self.anchor.1), (self.head.0, &self.head.1))
    }
}

/// Selects the chain's ends; returns no row before the first event is sealed.
pub const ENDS: &str = "
    SELECT anchor_seq, anchor_seal, head_seq, head_seal, mac
    FROM event_chain
    WHERE id = 1";

pub fn ends(row: &sqlx::any::AnyRow) -> Result<Ends, PortError> {
    Ok(Ends {
        anchor: (row.number("anchor_seq")?, row.bytes("anchor_seal")?),
        head: (row.number("head_seq")?, row.bytes("head_seal")?),
        mac: row.bytes("mac")?,
    })
}

impl Store {
    /// Seals waiting rows that may not change any more, and returns how many. Takes no lock if no
    /// row waits.
    #[instrument(level = "debug", skip_all, fields(db.operation.name = "events.seal_events"))]
    pub async fn seal_events(&self, chain: &Chain, now: Timestamp) -> Result<usize, PortError> {
        const ANY_WAITS: &str = "
            SELECT 1
            FROM security_events
            WHERE seq IS NULL AND open_until <= $1
            LIMIT 1";
        if !self.exists(query(ANY_WAITS).bind(now.millis())).await? {
            return Ok(0);
        }
        let mut write = self.write().await?;
        let before = held(&mut write, chain).await?;
        let rows = write.rows(waiting(now)).await?;
        let mut after = before.clone();
        for row in &rows {
            let row = read(row)?;
            after.head = seal(&mut write, chain, &after, &row).await?;
        }
        replace(&mut write, chain, &before, after).await?;
        write.commit(EventNote::Nothing).await?;
        Ok(rows.len())
    }

    /// Deletes sealed rows before `limit` at the beginning of the chain, at most `BATCH`, moves
    /// the anchor, and returns how many.
    #[instrument(level = "debug", skip_all, fields(db.operation.name = "events.delete_events"))]
    pub async fn delete_events(&self, chain: &Chain, limit: Timestamp) -> Result<u64, PortError> {
        const OLDEST: &str = "
            SELECT seq, seal, at
            FROM security_events
            WHERE seq > $1
            ORDER BY seq
            LIMIT $2";
        const DELETE: &str = "DELETE FROM security_events WHERE seq <= $1";
        let mut write = self.write().await?;
        let before = held(&mut write, chain).await?;
        let oldest = query(OLDEST).bind(before.anchor.0).bind(BATCH);
        let mut after = before.clone();
        for row in write.rows(oldest).await? {
            // Deletes from the beginning only, so a row that follows a younger one is kept.
            if row.at("at")? >= limit {
                break;
            }
            after.anchor = (row.number("seq")?, row.bytes("seal")?);
        }
        if after.anchor == before.anchor {
            write.rollback().await?;
            return Ok(0);
        }
        let deleted = write.run(query(DELETE).bind(after.anchor.0)).await?;
        replace(&mut write, chain, &before, after).await?;
        let event = Event::done(Action::EventsDelete).saying(format!("{deleted} events"));
        write.commit(event).await?;
        Ok(deleted)
    }
}

/// Locks the chain's row, and creates it if it is missing.
async fn held(write: &mut WriteTransaction, chain: &Chain) -> Result<Ends, PortError> {
    const HOLD: &str = "UPDATE event_chain SET head_seq = head_seq WHERE id = 1";
    if write.run(query(HOLD)).await? == 0 && !made(write, chain).await? {
        // Another server has created it in the meantime.
        write.run(query(HOLD)).await?;
    }
    let row = write.row(query(ENDS)).await?;
    let ends = row.as_ref().map(ends).transpose()?;
    ends.filter(|ends| ends.hold(chain))
        .ok_or_else(|| damaged(BrokenChainError))
}

/// Creates the chain's row, and returns whether this transaction did. On `PostgreSQL`, waits here
/// until a concurrent transaction that creates it has ended.
async fn made(write: &mut WriteTransaction, chain: &Chain) -> Result<bool, PortError> {
    const CREATE: &str = "
        INSERT INTO event_chain (id, anchor_seq, anchor_seal, head_seq, head_seal, mac)
        VALUES (1, $1, $2, $3, $4, $5)
        ON CONFLICT (id) DO NOTHING";
    const SEALED: &str = "SELECT COUNT(*) FROM security_events WHERE seq IS NOT NULL";
    let Ends { anchor, head, mac } = Ends::new(chain);
    let create = query(CREATE)
        .bind(anchor.0)
        .bind(anchor.1)
        .bind(head.0)
        .bind(head.1)
        .bind(mac);
    if write.run(create).await? == 0 {
        return Ok(false);
    }
    // If sealed rows exist, the chain's row was deleted, and a new one would hide that. Checked
    // only now, because no server seals without the row.
    if write.count(query(SEALED)).await? > 0 {
        return Err(damaged(BrokenChainError));
    }
    Ok(true)
}

fn waiting(now: Timestamp) -> Statement {
    const WAITING: &str = "
        SELECT id, at, actor, subject, account, action, outcome, method, email_index, detail, times,
               address, browser, seq, seal
        FROM security_events
        WHERE seq IS NULL AND open_until <= $1
        ORDER BY id
        LIMIT $2";
    query(WAITING).bind(now.millis()).bind(BATCH)
}

/// Gives a row its position and seal, and returns the new head.
async fn seal(
    write: &mut WriteTransaction,
    chain: &Chain,
    ends: &Ends,
    row: &EventRecord,
) -> Result<(i64, Vec<u8>), PortError> {
    /// Only if unchanged since it was read. A row whose count rose in the meantime waits for the
    /// next run.
    const SEAL: &str = "
        UPDATE security_events
        SET seq = $2, seal = $3
        WHERE id = $1 AND COALESCE(seq, 0) = 0 AND times = $4 AND outcome = $5";
    let seq = ends.head.0 + 1;
    let seal = chain.seal(&ends.head.1, seq, row).to_vec();
    let statement = query(SEAL)
        .bind(row.id)
        .bind(seq)
        .bind(seal.clone())
        .bind(row.times)
        .bind(row.outcome.clone());
    Ok(if write.run(statement).await? == 1 {
        (seq, seal)
    } else {
        ends.head.clone()
    })
}

/// Moves the ends if they are still as they were read.
async fn replace(
    write: &mut WriteTransaction,
    chain: &Chain,
    before: &Ends,
    after: Ends,
) -> Result<(), PortError> {
    const REPLACE: &str = "
        UPDATE event_chain
        SET anchor_seq = $1, anchor_seal = $2, head_seq = $3, head_seal = $4, mac = $5
        WHERE id = 1 AND mac = $6";
    let mac = after.sealed(chain).to_vec();
    let replace = query(REPLACE)
        .bind(after.anchor.0)
        .bind(after.anchor.1)
        .bind(after.head.0)
        .bind(after.head.1)
        .bind(mac)
        .bind(before.mac.clone());
    if write.run(replace).await? == 1 {
        Ok(())
    } else {
        Err(damaged(BrokenChainError))
    }
}
