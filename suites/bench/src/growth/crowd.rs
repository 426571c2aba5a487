//! The rows that many users leave in the other tables.

use std::collections::HashSet;

use anyhow::{Context, Result};
use domain::token::Token;
use sqlx::{AnyConnection, Connection};

use super::Size;
use crate::{
    client::clock,
    seed::{
        people::{ACCOUNT, SeededSite, account, random},
        rows::{Cell, insert},
    },
};

/// Backup codes per user.
const CODES: usize = 10;
/// Other accounts in which the large account's owner is a member. They own every second of them.
const ACCOUNTS: usize = 49;
/// Failed passwords of the last day.
const WRONG: usize = 5000;
/// Users whose rows are held in memory at once.
const ROWS: usize = 2000;
const HOUR: i64 = 3_600_000;

/// The account with many members.
pub fn large() -> String {
    account(0)
}

/// Gives every user a session, a known browser and backup codes, and makes some users who never
/// sign in members of the large account. Returns the cookie of its owner, who is in other accounts
/// as well.
pub async fn fill(seeded: &mut SeededSite, size: Size) -> Result<String> {
    let SeededSite {
        connection, people, ..
    } = seeded;
    let everybody = everybody(connection).await?;
    let come: HashSet<&str> = people.iter().map(|person| person.id.as_str()).collect();
    let others = everybody.iter().filter(|id| !come.contains(id.as_str()));
    let others: Vec<&String> = others.take(size.members).collect();
    let owner = others.last().context("nobody who does not come")?;
    let home: String = sqlx::query_scalar("SELECT account_id FROM memberships WHERE user_id = $1")
        .bind(owner.as_str())
        .fetch_one(&mut *connection)
        .await?;
    let mut all = connection.begin().await?;
    for people in everybody.chunks(ROWS) {
        sessions(&mut all, people).await?;
        codes(&mut all, people).await?;
    }
    let into = "memberships (user_id, account_id, role)";
    let members = others.iter().filter(|id| id != &owner);
    let members = members.map(|id| row(id, 0, "member"));
    insert(&mut all, into, members).await?;
    let accounts = (0..=ACCOUNTS).map(|number| {
        let role = if number % 2 == 0 { "owner" } else { "member" };
        (number * (size.people / ACCOUNT) / (ACCOUNTS + 1), role)
    });
    let accounts = accounts.filter(|(number, _)| account(*number) != home);
    let accounts = accounts.map(|(number, role)| row(owner, number, role));
    insert(&mut all, into, accounts).await?;
    wrong(&mut all).await?;
    let token = sits_down(&mut all, owner).await?;
    all.commit().await?;
    Ok(format!("twinlock={token}"))
}

/// All users in the order of their ids, which is random.
async fn everybody(connection: &mut AnyConnection) -> Result<Vec<String>> {
    // Excludes the few members of the large account, because a second membership would be refused.
    let sql = "SELECT id FROM users WHERE id NOT IN (SELECT user_id FROM memberships WHERE account_id = $1) ORDER BY id";
    let ids = sqlx::query_scalar(sql).bind(large());
    Ok(ids.fetch_all(connection).await?)
}

/// Opens a session in the large account and returns its token.
async fn sits_down(all: &mut AnyConnection, owner: &str) -> Result<String> {
    let token = Token::from_random(random()?);
    let now = clock::millis();
    let session = [[
        hex(random()?).into(),
        token.hash().as_bytes()[..].into(),
        owner.into(),
        large().into(),
        (now - HOUR).into(),
        now.into(),
        now.into(),
        now.into(),
    ]];
    let into = "sessions (id, token_hash, user_id, account_id, opened_at, seen_at, password_at, second_factor_at)";
    insert(all, into, session).await?;
    Ok(token.expose().as_str().to_owned())
}

async fn wrong(all: &mut AnyConnection) -> Result<()> {
    let now = clock::millis();
    let wrong = (0..WRONG).map(|_| Ok([random::<32>()?[..].into(), 1.into(), now.into()]));
    let wrong = wrong.collect::<Result<Vec<_>>>()?;
    let into = "password_attempts (email_index, failures, allowed_at)";
    insert(all, into, wrong).await
}

fn row(person: &str, number: usize, role: &str) -> [Cell; 3] {
    [person.into(), account(number).into(), role.into()]
}

async fn sessions(all: &mut AnyConnection, people: &[String]) -> Result<()> {
    let now = clock::millis();
    let (mut sessions, mut browsers) = (Vec::new(), Vec::new());
    for person in people {
        // Opened before the measured users sign in.
        sessions.push([
            hex(random()?).into(),
            random::<32>()?[..].into(),
            person.as_str().into(),
            (now - HOUR).into(),
            now.into(),
            (now - HOUR).into(),
            (now - HOUR).into(),
        ]);
        browsers.push([
            random::<32>()?[..].into(),
            person.as_str().into(),
            0.into(),
            0.into(),
            now.into(),
        ]);
    }
    let into =
        "sessions (id, token_hash, user_id, opened_at, seen_at, password_at, second_factor_at)";
    insert(all, into, sessions).await?;
    let into = "known_browsers (token_hash, user_id, failures, allowed_at, seen_at)";
    insert(all, into, browsers).await
}

async fn codes(all: &mut AnyConnection, people: &[String]) -> Result<()> {
    let now = clock::millis();
    let (mut sets, mut codes) = (Vec::new(), Vec::new());
    for person in people {
        let set = hex(random()?);
        for _ in 0..CODES {
            codes.push([
                hex(random()?).into(),
                set.as_str().into(),
                random::<32>()?[..].into(),
                format!(
                    "$argon2id$v=19$m=19456,t=2,p=1${}${}",
                    hex(random()?),
                    hex(random()?)
                )
                .into(),
            ]);
        }
        sets.push([
            set.into(),
            person.as_str().into(),
            1.into(),
            now.into(),
            now.into(),
        ]);
    }
    let into = "code_sets (id, user_id, is_valid, created_at, saved_at)";
    insert(all, into, sets).await?;
    insert(all, "backup_codes (id, set_id, lookup, hash)", codes).await
}

fn hex(bits: [u8; 16]) -> String {
    format!("{:032x}", u128::from_be_bytes(bits))
}
