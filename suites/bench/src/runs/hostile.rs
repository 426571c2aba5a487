//! Honest sign-ins during an attack, and how much strangers can write (RB1 and RB2).

use std::{
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::{Result, ensure};
use domain::{
    events::{Action, Actor, Event, Origin, Outcome},
    network::client_address::ClientAddress,
    people::email::Email,
    ports::{Attempts, Events, PasswordCount, PasswordTry},
    time::Timestamp,
    token::Token,
};
use hyper::{
    Method,
    header::{CONTENT_TYPE, COOKIE, HeaderName},
};
use sqlx::Connection as _;
use storage::Store;
use testkit::people::PASSWORD;
use tokio::{task::JoinSet, time::sleep};

use crate::{
    client::{
        clock::{instant, millis},
        connection::KeepAliveConnection,
    },
    results::{
        figures::Spread,
        report::{BenchReport, Bound},
    },
    runs::arguments::Common,
    seed::{
        people::{SeededSite, random, vault},
        rows::insert,
    },
    sites::twinlock::{OccupiedSite, ServerSetting},
};

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const FORWARDED: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Connections that attackers keep busy.
const HOSTILE: u16 = 300;
/// Honest users, each with a known browser.
const HONEST: usize = 12;
/// The time between two honest sign-ins.
const GAP: Duration = Duration::from_millis(250);
/// An honest sign-in must succeed within this time.
const IN_TIME: Duration = Duration::from_secs(1);
/// How long the attack runs before the first honest sign-in.
const WARM: Duration = Duration::from_secs(2);
/// Failed passwords of one address in five minutes before it is refused.
const LIMIT: usize = 300;

/// Where the attackers' requests come from.
#[derive(Clone, Copy)]
enum StrangerAddresses {
    /// One address, which exceeds its limit.
    OneAddress,
    /// Each attempt comes from another /64 of one /48.
    Rotating,
}

/// Measures both kinds, each `common.runs` times.
pub async fn measure(common: &Common, report: &mut BenchReport, folder: &Path) -> Result<()> {
    let mut setting = common.on_file(folder);
    setting.environment = vec![("TWINLOCK_TRUSTED_PROXIES", "127.0.0.0/8".to_owned())];
    setting.prepare()?;
    let people = HONEST * common.runs * 2;
    let seeded = SeededSite::fill(&setting, people, people).await?;
    let mut site = setting.start_occupied(seeded, folder).await?;
    let mut next = 0..common.runs * 2;
    for (strangers, what) in [
        (StrangerAddresses::Rotating, "hosts rotating through a /48"),
        (StrangerAddresses::OneAddress, "one address over its limit"),
    ] {
        if matches!(strangers, StrangerAddresses::OneAddress) {
            exhaust(&site).await?;
        }
        let mut in_time = Vec::new();
        for run in next.by_ref().take(common.runs) {
            in_time.push(honest_beside(&mut site, strangers, run * HONEST).await?);
        }
        let what = format!(
            "honest sign-ins of {HONEST} from known browsers within 1 s, beside {HOSTILE} connections: {what}"
        );
        report.budget(&what, Spread::of(in_time), "", Bound::AtLeast(12.0));
    }
    Ok(())
}

/// Returns how many honest users sign in within a second.
async fn honest_beside(
    site: &mut OccupiedSite,
    strangers: StrangerAddresses,
    first: usize,
) -> Result<f64> {
    let cookies = make_browsers_known(site, first).await?;
    let address = site.twinlock.address;
    let mut hostile = JoinSet::new();
    let count = Arc::new(AtomicU64::new(0));
    for number in 0..HOSTILE {
        hostile.spawn(attack(address, strangers, number, Arc::clone(&count)));
    }
    sleep(WARM).await;
    let mut honest = JoinSet::new();
    for (person, cookie) in site.seeded.people[first..first + HONEST]
        .iter()
        .zip(cookies)
    {
        let email = person.email.clone();
        honest.spawn(async move {
            let before = instant();
            let mut connection = KeepAliveConnection::new(address);
            let from = "192.0.2.77";
            let answer = sign_in(&mut connection, from, &email, PASSWORD, &cookie).await?;
            let took = before.elapsed();
            eprintln!("an honest sign-in: {answer} after {} ms", took.as_millis());
            Ok::<_, anyhow::Error>(answer == 200 && took <= IN_TIME)
        });
        sleep(GAP).await;
    }
    let mut in_time = 0_u32;
    while let Some(done) = honest.join_next().await {
        in_time += u32::from(done??);
    }
    hostile.shutdown().await;
    eprintln!("{} hostile answers", count.load(Ordering::Relaxed));
    Ok(f64::from(in_time))
}

/// Makes a browser known to each of the next users; returns their cookies.
async fn make_browsers_known(site: &mut OccupiedSite, first: usize) -> Result<Vec<String>> {
    let (mut cookies, mut rows) = (Vec::new(), Vec::new());
    let now = millis();
    for person in &site.seeded.people[first..first + HONEST] {
        let token = Token::from_random(random()?);
        cookies.push(format!("twinlock-browser={}", token.expose().as_str()));
        rows.push([
            token.hash().as_bytes()[..].into(),
            person.id.as_str().into(),
            0.into(),
            0.into(),
            now.into(),
            now.into(),
        ]);
    }
    let into = "known_browsers (token_hash, user_id, failures, allowed_at, seen_at, known_since)";
    insert(&mut site.seeded.connection, into, rows).await?;
    Ok(cookies)
}

/// Sends failed passwords until the attackers' address exceeds its limit.
async fn exhaust(site: &OccupiedSite) -> Result<()> {
    let mut connection = KeepAliveConnection::new(site.twinlock.address);
    let from = Ipv4Addr::new(198, 51, 100, 7).to_string();
    let mut last = 0;
    for number in 0..=LIMIT {
        let email = format!("typed{number}@example.com");
        last = sign_in(&mut connection, &from, &email, "no password of anybody", "").await?;
    }
    ensure!(last == 429, "the address is not over its limit: {last}");
    Ok(())
}

/// Sends sign-in requests until it is aborted.
async fn attack(
    address: SocketAddr,
    strangers: StrangerAddresses,
    number: u16,
    count: Arc<AtomicU64>,
) {
    let mut connection = KeepAliveConnection::new(address);
    loop {
        let turn = count.fetch_add(1, Ordering::Relaxed);
        let from = match strangers {
            StrangerAddresses::OneAddress => Ipv4Addr::new(198, 51, 100, 7).to_string(),
            StrangerAddresses::Rotating => {
                let host = u16::try_from(turn % 65_536).unwrap_or_default();
                Ipv6Addr::new(0x2001, 0xdb8, 7, host, 0, 0, 0, 1).to_string()
            }
        };
        let email = format!("hostile{number}-{turn}@example.com");
        let asked = sign_in(&mut connection, &from, &email, "no password of anybody", "");
        if asked.await.is_err() {
            // The server may close such a connection.
            sleep(Duration::from_millis(10)).await;
        }
    }
}

/// Sends a password and returns the status.
async fn sign_in(
    connection: &mut KeepAliveConnection,
    from: &str,
    email: &str,
    password: &str,
    cookie: &str,
) -> Result<u16> {
    let headers = [
        (CONTENT_TYPE, "application/json"),
        (SITE, "same-origin"),
        (FORWARDED, from),
        (COOKIE, cookie),
    ];
    let headers = if cookie.is_empty() {
        &headers[..3]
    } else {
        &headers[..]
    };
    let body = format!(r#"{{"request":{{"email":"{email}","password":"{password}"}}}}"#);
    let answer = connection.send(Method::POST, "/api/session/sign_in", headers, body);
    Ok(answer.await?.status)
}

/// Simulated hours.
const HOURS: u64 = 2;
/// Sign-ins and dead links per minute, each from another /64 of one /48.
const A_MINUTE: u64 = 120;
/// Fewer names than attempts, so that the events grow and not the table of names.
const NAMES: u64 = 2_000;

/// Measures what strangers write per simulated hour: event rows, and growth of the file.
pub async fn measure_written(
    common: &Common,
    report: &mut BenchReport,
    folder: &Path,
) -> Result<()> {
    let setting: ServerSetting = common.on_file(folder);
    setting.prepare()?;
    let vault = vault(&setting).await?;
    let store = Store::open(&setting.url).await?;
    let start = Timestamp::from_millis(millis() / 3_600_000 * 3_600_000);
    let (mut rows, mut bytes) = (Vec::new(), Vec::new());
    for hour in 0..=HOURS {
        let before = size(&store, folder).await?;
        for turn in 0..60 * A_MINUTE {
            let second = hour * 3_600 + turn * 60 / A_MINUTE;
            let now = start.plus(Duration::from_secs(second));
            let host = u16::try_from((hour * 60 * A_MINUTE + turn) % 65_536)?;
            let address = Ipv6Addr::new(0x2001, 0xdb8, 7, host, 0, 0, 0, 1);
            let seen = store.seen_from(Origin {
                address: Some(address.into()),
                browser: Some("Mozilla/5.0 ".repeat(10)),
                ..Origin::here(Actor::Nobody, now)
            });
            let address = ClientAddress::new(address.into());
            let email: Email = format!("typed{}@example.com", turn % NAMES).parse()?;
            let attempt = PasswordTry {
                session: None,
                email: Some((email.clone(), vault.email_index(&email))),
                browser: None,
                address: address.counted(),
                network: address.network(),
                address_limit: 300,
            };
            if let PasswordCount::Counted(_) = seen.count_password(attempt, now).await? {
                seen.settle(Outcome::Failed).await?;
            }
            let dead = Event::new(Action::Access, Outcome::Denied);
            seen.note(dead.saying("/api/session/check_invitation"))
                .await?;
            if turn % A_MINUTE == A_MINUTE - 1 {
                store.flush_strangers(now).await?;
                while store.seal_events(vault.event_chain(), now).await? > 0 {}
                store.sweep(now).await.1?;
            }
        }
        let after = size(&store, folder).await?;
        // The first hour fills the tables of names and addresses to their final size.
        if hour > 0 {
            rows.push(after.0 - before.0);
            bytes.push((after.1 - before.1) / 1024.0);
        }
    }
    store.close().await;
    let rows = Spread::of(rows);
    report.budget(
        "events that strangers cause in an hour",
        rows,
        "rows",
        Bound::AtMost(1_000.0),
    );
    let bytes = Spread::of(bytes);
    report.budget(
        "what strangers write in an hour",
        bytes,
        "KiB",
        Bound::AtMost(1_024.0),
    );
    Ok(())
}

/// The number of event rows, and the size of the file in bytes after a checkpoint.
async fn size(store: &Store, folder: &Path) -> Result<(f64, f64)> {
    let file = folder.join("twinlock.db");
    let rows = store
        .newest_events(1)
        .await?
        .first()
        .map_or(0, |event| event.id);
    let mut raw = sqlx::SqliteConnection::connect(&format!("sqlite:{}", file.display())).await?;
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
        .execute(&mut raw)
        .await?;
    let pages: i64 = sqlx::query_scalar(
        "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
    )
    .fetch_one(&mut raw)
    .await?;
    raw.close().await?;
    Ok((float(rows), float(pages)))
}

fn float(number: i64) -> f64 {
    u32::try_from(number).map_or(f64::INFINITY, f64::from)
}
