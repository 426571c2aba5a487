//! More than a year of security events, sealed in a chain, inserted directly as the program would
//! have written them.

use anyhow::{Result, ensure};
use domain::{
    events::{Action, Chain, EventRecord, MethodKind, Outcome},
    time::Timestamp,
};
use sqlx::Connection;

use crate::{
    client::clock,
    seed::{
        people::{SeededPerson, SeededSite, vault},
        rows::{Cell, insert},
    },
    sites::twinlock::ServerSetting,
};

/// The period of the events, in days: slightly less than the retention time.
pub const DAYS: i64 = 399;
pub const DAY: i64 = 86_400_000;
/// Events per transaction.
const ROWS: i64 = 50_000;
const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/149.0.0.0 Safari/537.36";

/// The timestamps of the events, at equal intervals.
#[derive(Clone, Copy)]
pub struct History {
    first: i64,
    step: i64,
}

impl History {
    /// The timestamp of a position, in Unix milliseconds.
    const fn at(self, seq: i64) -> i64 {
        self.first + self.step * seq
    }

    /// The last position before a timestamp.
    pub const fn before(self, at: i64) -> i64 {
        (at - 1 - self.first).div_euclid(self.step)
    }
}

/// Inserts `count` events, evenly over the period.
pub async fn fill(setting: &ServerSetting, seeded: &mut SeededSite, count: i64) -> Result<History> {
    let vault = vault(setting).await?;
    let chain = vault.event_chain();
    let SeededSite {
        connection, people, ..
    } = seeded;
    let before: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM security_events")
        .fetch_one(&mut *connection)
        .await?;
    ensure!(before == 0, "there are events already");
    let is_file = connection.backend_name() == "SQLite";
    let into = if is_file {
        // Safe, because after a crash everything is created again.
        sqlx::query("PRAGMA synchronous = OFF")
            .execute(&mut *connection)
            .await?;
        INTO.to_owned()
    } else {
        format!("{INTO} OVERRIDING SYSTEM VALUE")
    };
    let history = History {
        first: clock::millis() - DAYS * DAY,
        step: DAYS * DAY / count,
    };
    let mut seal = Chain::START.to_vec();
    for from in (1..=count).step_by(usize::try_from(ROWS)?) {
        let part = from..=count.min(from + ROWS - 1);
        let rows = part.map(|number| {
            let event = event(number, history.at(number), people);
            seal = chain.seal(&seal, number, &event).to_vec();
            cells(event, number, &seal)
        });
        let rows: Vec<_> = rows.collect();
        let mut all = connection.begin().await?;
        insert(&mut all, &into, rows).await?;
        all.commit().await?;
    }
    ends(seeded, chain, (count, &seal)).await?;
    Ok(history)
}

/// Inserts the chain's ends, and continues the id sequence after the inserted rows.
async fn ends(seeded: &mut SeededSite, chain: &Chain, head: (i64, &[u8])) -> Result<()> {
    let connection = &mut seeded.connection;
    let anchor = (0, &Chain::START[..]);
    let row = [[
        1.into(),
        anchor.0.into(),
        anchor.1.into(),
        head.0.into(),
        head.1.into(),
        chain.seal_ends(anchor, head)[..].into(),
    ]];
    let into = "event_chain (id, anchor_seq, anchor_seal, head_seq, head_seal, mac)";
    insert(connection, into, row).await?;
    let sql = if connection.backend_name() == "SQLite" {
        "PRAGMA synchronous = FULL"
    } else {
        "SELECT setval(pg_get_serial_sequence('security_events', 'id'), MAX(id)) FROM security_events"
    };
    sqlx::query(sql).execute(connection).await?;
    Ok(())
}

const INTO: &str = "security_events (id, at, actor, subject, account, action, outcome, method, email_index, detail, times, address, browser,
     open_until, repeats, seq, seal)";

/// Of a hundred events: 46 passwords and 46 codes, 6 wrong passwords, 2 tested codes.
fn event(number: i64, at: i64, people: &[SeededPerson]) -> EventRecord {
    // Consecutive events belong to users that are not neighbours in the table.
    let person = usize::try_from(number / 2 * 7919).unwrap_or_default() % people.len().max(1);
    let person = people.get(person).map_or("", |person| person.id.as_str());
    let (action, outcome, method) = match number % 100 {
        0..6 => (Action::SignIn, Outcome::Failed, MethodKind::Password),
        6..8 => (
            Action::MethodTest,
            Outcome::Succeeded,
            MethodKind::Application,
        ),
        even if even % 2 == 0 => (Action::SignIn, Outcome::Owed, MethodKind::Password),
        _ => (
            Action::SecondFactor,
            Outcome::Succeeded,
            MethodKind::Application,
        ),
    };
    let is_known = outcome != Outcome::Failed;
    EventRecord {
        id: number,
        at: Timestamp::from_millis(at),
        actor: if is_known { person } else { "nobody" }.to_owned(),
        subject: is_known.then(|| person.to_owned()),
        account: None,
        action: action.as_str().to_owned(),
        outcome: outcome.as_str().to_owned(),
        method: Some(method.as_str().to_owned()),
        email: (!is_known).then(|| number.to_be_bytes().repeat(4)),
        detail: None,
        times: 1,
        address: Some(format!("2001:db8::{:x}", number % 0xffff)),
        browser: Some(BROWSER.to_owned()),
        sealed: None,
    }
}

fn cells(event: EventRecord, seq: i64, seal: &[u8]) -> [Cell; 17] {
    [
        event.id.into(),
        event.at.millis().into(),
        event.actor.into(),
        event.subject.into(),
        event.account.into(),
        event.action.into(),
        event.outcome.into(),
        event.method.into(),
        event.email.into(),
        event.detail.into(),
        event.times.into(),
        event.address.into(),
        event.browser.into(),
        0.into(),
        None::<String>.into(),
        seq.into(),
        seal.into(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_by_its_time() {
        let history = History {
            first: 1000,
            step: 7,
        };
        for seq in 1..20 {
            assert_eq!(history.before(history.at(seq)), seq - 1);
            assert_eq!(history.before(history.at(seq) + 1), seq);
        }
    }
}
