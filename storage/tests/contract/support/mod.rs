//! A fresh database per test: a `SQLite` file, or one on the `PostgreSQL` server that
//! `TWINLOCK_TEST_POSTGRES` names.

pub mod applications;
pub mod challenges;
pub mod factors;
pub mod grants;
pub mod people;

use std::{
    env,
    path::PathBuf,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use domain::{
    blind_index::BlindIndex,
    network::client_address::ClientAddress,
    ports::PasswordTry,
    secrets::vault::{MasterKey, Sealed, Vault},
    time::Timestamp,
    token::{Token, TokenHash},
};
use sqlx::{AnyConnection, AnyPool, AssertSqlSafe, Connection};
use storage::{OpenError, Store};
use tempfile::TempDir;
pub use testkit::rounds::rounds;
use testkit::server_database::ServerDatabase;

/// Makes the schema of the database at this URL.
async fn migrate(url: String) {
    let store = Store::open(&url).await.unwrap();
    store.migrate().await.unwrap();
    store.close().await;
}

/// The number of cases of a property.
pub fn cases() -> u32 {
    rounds().try_into().unwrap()
}

/// A fixed time; no test reads a clock.
pub const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);

pub struct ContractDatabase {
    pub store: Store,
    pub url: String,
    folder: TempDir,
    /// The last field, because the database is dropped once the store is closed.
    _on_server: Option<ServerDatabase>,
}

impl ContractDatabase {
    /// A new database with the current schema.
    pub async fn fresh() -> Self {
        match ServerDatabase::migrated(migrate).await {
            Some(database) => Self::on_server(database).await,
            None => Self::sqlite().await,
        }
    }

    /// A new database without a schema.
    pub async fn empty() -> Self {
        match ServerDatabase::empty().await {
            Some(database) => Self::on_server(database).await,
            None => Self::in_a_file().await,
        }
    }

    /// A `SQLite` file with the current schema, whatever engine is under test.
    pub async fn sqlite() -> Self {
        let database = Self::in_a_file().await;
        database.store.migrate().await.unwrap();
        database
    }

    async fn on_server(database: ServerDatabase) -> Self {
        let url = database.url.clone();
        Self {
            store: Store::open(&url).await.unwrap(),
            url,
            folder: tempfile::tempdir().unwrap(),
            _on_server: Some(database),
        }
    }

    async fn in_a_file() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = url(&folder.path().join("twin lock.db"));
        Self {
            store: Store::open(&url).await.unwrap(),
            url,
            folder,
            _on_server: None,
        }
    }

    /// The `SQLite` file.
    pub fn file(&self) -> PathBuf {
        self.folder.path().join("twin lock.db")
    }

    /// A second store on the same database, like another program.
    pub async fn another(&self) -> Store {
        Store::open(&self.url).await.unwrap()
    }

    /// Direct access to the tables, bypassing the store.
    pub async fn raw(&self) -> AnyPool {
        AnyPool::connect(&self.url.replace(' ', "%20"))
            .await
            .unwrap()
    }

    /// One direct connection, bypassing the store.
    pub async fn connection(&self) -> AnyConnection {
        AnyConnection::connect(&self.url.replace(' ', "%20"))
            .await
            .unwrap()
    }

    pub async fn count(&self, table: &'static str) -> i64 {
        let sql = AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
        sqlx::query_scalar(sql)
            .fetch_one(&self.raw().await)
            .await
            .unwrap()
    }
}

/// The engine under test, which is also the folder of its migrations.
pub fn engine() -> &'static str {
    if env::var_os("TWINLOCK_TEST_POSTGRES").is_some() {
        "postgres"
    } else {
        "sqlite"
    }
}

pub fn url(file: &std::path::Path) -> String {
    format!("sqlite:{}", file.display())
}

pub async fn refusal(url: &str) -> OpenError {
    Store::open(url)
        .await
        .err()
        .unwrap_or_else(|| panic!("{url} was opened"))
}

pub fn later(seconds: u64) -> Timestamp {
    START.plus(Duration::from_secs(seconds))
}

/// Unique bits per call.
pub fn bits<const N: usize>() -> [u8; N] {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes();
    let mut bits = [0x5a; N];
    bits[..8].copy_from_slice(&number);
    bits
}

pub fn token() -> TokenHash {
    Token::from_random(bits()).hash()
}

pub fn master_key() -> MasterKey {
    MasterKey::from_random([1; 4], [2; 32])
}

pub fn vault() -> Vault {
    Vault::new(&master_key())
}

pub fn email_index(email: &str) -> BlindIndex {
    vault().email_index(&email.parse().unwrap())
}

pub fn sealed() -> Sealed {
    Sealed {
        key_id: vault().key_id(),
        bytes: bits::<60>().to_vec(),
    }
}

/// A password attempt for that address from an unknown browser.
pub fn stranger(email: &str) -> PasswordTry {
    PasswordTry {
        email: Some((email.parse().unwrap(), email_index(email))),
        address_limit: 300,
        ..from([203, 0, 113, 9].into())
    }
}

/// An attempt from that network address, without an email address.
pub fn from(address: std::net::IpAddr) -> PasswordTry {
    let address = ClientAddress::new(address);
    PasswordTry {
        email: None,
        session: None,
        browser: None,
        address: address.counted(),
        network: address.network(),
        address_limit: 300,
    }
}
