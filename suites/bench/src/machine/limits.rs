//! The machine's limits: sequential hashes and commits, without any product around them.

use std::{path::Path, time::Duration};

use anyhow::Result;

use crate::client::clock::instant;
use domain::{
    ports::{HashPriority, Hasher},
    secrets::imported_hash::Floor,
};
use server::{
    hasher::{Argon2Hasher, Cost},
    system::entropy::SystemEntropy,
};
use sqlx::{AnyConnection, Connection, Executor};

/// Password hashes per second on one thread.
pub async fn hashes(time: Duration) -> Result<f64> {
    let one = std::num::NonZero::<usize>::MIN;
    let hasher =
        Argon2Hasher::with_threads(Cost::STANDARD, std::sync::Arc::new(SystemEntropy), one, 1)?;
    let hash = hasher.hash(b"a password").await?;
    let (begin, mut done) = (instant(), 0_u32);
    while begin.elapsed() < time {
        hasher
            .verify(
                hasher.acquire(HashPriority::Operator)?,
                b"a password",
                Some(&hash),
                Floor::NONE,
            )
            .await?;
        done += 1;
    }
    Ok(f64::from(done) / begin.elapsed().as_secs_f64())
}

/// Commits per second of one small row at `synchronous=FULL`, in a file in this folder.
pub async fn commits(folder: &Path, time: Duration) -> Result<f64> {
    let url = format!("sqlite://{}?mode=rwc", folder.join("commits.db").display());
    let mut connection = AnyConnection::connect(&url).await?;
    connection.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE IF NOT EXISTS t (n BIGINT);").await?;
    let (begin, mut done) = (instant(), 0_u32);
    while begin.elapsed() < time {
        sqlx::query("INSERT INTO t VALUES (1)")
            .execute(&mut connection)
            .await?;
        done += 1;
    }
    let rate = f64::from(done) / begin.elapsed().as_secs_f64();
    connection.close().await?;
    Ok(rate)
}
