//! Opening a database on a `PostgreSQL` server.

mod look;

use std::{net::IpAddr, str::FromStr, sync::Arc, time::Duration};

use sqlx::{
    AnyPool, Connection, Executor,
    any::{AnyConnectOptions, AnyPoolOptions},
    postgres::{PgConnectOptions, PgSslMode},
};
use tokio::time::timeout;

use crate::engine::{
    connect::{PATIENCE, Pools, pool},
    error::OpenError,
    postgres::look::{PoolerWatch, Rights},
};

/// Connections for writing, and as many for reading; one more checks the schema. Four instances fit
/// below a server's default of 100.
pub const EACH: u32 = 8;
/// A reused connection must answer within this time, or another one is used, because a connection
/// to a dead host never answers.
pub const PROMPT: Duration = Duration::from_secs(1);
/// Limits the wait for an answer, and makes sure that an acknowledged commit is on the disk,
/// whatever the server's default is.
const SESSION: &str = "SET statement_timeout = 5000; SET lock_timeout = 5000; SET idle_in_transaction_session_timeout = 10000;
    SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') IN ('off', 'local');";

/// How strictly a connection to another host is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostVerification {
    /// TLS with a certificate that names the host.
    Verified,
    /// As the URL specifies.
    Any,
}

/// Opens the pools, and returns what the role may do. Fails if the server is unreachable, so that a
/// wrong URL or password is reported at start. No setting is made on a connection before it is
/// known that no pooler shares it.
pub async fn open(url: &str, wire: HostVerification) -> Result<(Pools, Rights), OpenError> {
    // The driver's error may repeat part of the URL, so it is dropped.
    let options = PgConnectOptions::from_str(url).map_err(|_| OpenError::ServerUrl)?;
    if wire == HostVerification::Verified && leaves_this_machine(&options) && !is_verified(&options)
    {
        return Err(OpenError::Unverified(options.get_host().to_owned()));
    }
    let options: AnyConnectOptions = url.parse().map_err(|_| OpenError::ServerUrl)?;
    let rights = look::look(&options).await?;
    let watch = Arc::new(PoolerWatch::new(options.clone()));
    let pools = Pools {
        writer: connected(
            watched(&watch).before_acquire(|connection, _| {
                // A ping would not notice that the server has become a standby, which takes no
                // write.
                let read_only = sqlx::query_scalar::<_, String>("SHOW transaction_read_only");
                let look = read_only.fetch_one(connection);
                Box::pin(async move { Ok(within(PROMPT, look).await? == "off") })
            }),
            options.clone(),
        )
        .await?,
        readers: connected(
            watched(&watch).before_acquire(|connection, _| {
                Box::pin(async move { within(PROMPT, connection.ping()).await.map(|()| true) })
            }),
            options,
        )
        .await?,
    };
    Ok((pools, rights))
}

/// A pool whose connections are configured only after the check that no pooler shares them.
fn watched(watch: &Arc<PoolerWatch>) -> AnyPoolOptions {
    let watch = Arc::clone(watch);
    pool(EACH, SESSION).after_connect(move |connection, _| {
        let watch = Arc::clone(&watch);
        Box::pin(async move {
            watch.refuse_shared(connection).await?;
            connection.execute(SESSION).await.map(drop)
        })
    })
}

/// The driver's checks wait 15 minutes for a dead host, as the system does, and block a place in
/// the pool meanwhile; ours have a timeout. On return the driver pings once more after ours, so
/// only a host that dies between the two blocks a place that long.
async fn connected(pool: AnyPoolOptions, options: AnyConnectOptions) -> Result<AnyPool, OpenError> {
    let pool = pool
        .test_before_acquire(false)
        .after_release(|connection, _| {
            Box::pin(async move { within(PATIENCE, connection.ping()).await.map(|()| true) })
        });
    pool.connect_with(options).await.map_err(OpenError::Server)
}

async fn within<T>(
    time: Duration,
    answer: impl Future<Output = sqlx::Result<T>>,
) -> sqlx::Result<T> {
    let answer = timeout(time, answer).await;
    answer.unwrap_or(Err(sqlx::Error::PoolTimedOut))
}

fn leaves_this_machine(options: &PgConnectOptions) -> bool {
    let host = options.get_host();
    let is_loopback =
        |host: &str| IpAddr::from_str(host).is_ok_and(|address| address.is_loopback());
    let is_here = options.get_socket().is_some() || host.starts_with('/') || host == "localhost";
    !is_here && !is_loopback(host.trim_matches(['[', ']']))
}

fn is_verified(options: &PgConnectOptions) -> bool {
    matches!(options.get_ssl_mode(), PgSslMode::VerifyFull)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn options(url: &str) -> PgConnectOptions {
        PgConnectOptions::from_str(url).unwrap()
    }

    #[rstest]
    #[case("postgres://ada@localhost/twinlock", false)]
    #[case("postgres://ada@127.0.0.1:5433/twinlock", false)]
    #[case("postgres://ada@[::1]/twinlock", false)]
    #[case("postgres:///twinlock?host=/run/postgresql", false)]
    #[case("postgres://ada@%2Frun%2Fpostgresql/twinlock", false)]
    #[case("postgres://ada@db.example.com/twinlock", true)]
    #[case("postgres://ada@10.0.0.7/twinlock", true)]
    #[case("postgres://ada@localhost.example.com/twinlock", true)]
    fn what_leaves_this_machine_is_told(#[case] url: &str, #[case] leaves: bool) {
        assert_eq!(leaves_this_machine(&options(url)), leaves);
    }

    #[rstest]
    #[case("", false)]
    #[case("?sslmode=disable", false)]
    #[case("?sslmode=prefer", false)]
    #[case("?sslmode=require", false)]
    #[case("?sslmode=verify-ca", false)]
    #[case("?sslmode=verify-full", true)]
    fn only_a_server_that_proves_its_name_is_verified(
        #[case] parameters: &str,
        #[case] verified: bool,
    ) {
        let url = format!("postgres://ada@db.example.com/twinlock{parameters}");
        assert_eq!(is_verified(&options(&url)), verified);
    }

    #[tokio::test]
    async fn an_unverified_server_elsewhere_is_refused_before_a_word_is_sent() {
        let refused = open(
            "postgres://ada:secret@db.invalid/twinlock?sslmode=require",
            HostVerification::Verified,
        )
        .await;
        let error = refused.err().unwrap().to_string();
        assert!(
            error.contains("sslmode=verify-full") && error.contains("db.invalid"),
            "{error}"
        );
        assert!(!error.contains("secret"), "{error}");
    }
}
