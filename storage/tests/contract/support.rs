//! A fresh database for each test. Another engine is added here, in [`Database::fresh`], and every test runs on it.

use std::{
    path::PathBuf,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use domain::{
    client_address::ClientAddress,
    ports::PasswordTry,
    time::Timestamp,
    token::{Token, TokenHash},
    vault::{BlindIndex, MasterKey, Sealed, Vault},
};
use sqlx::SqlitePool;
use storage::Store;
use tempfile::TempDir;

/// Some instant; nothing here reads a clock.
pub const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);

pub struct Database {
    pub store: Store,
    pub file: PathBuf,
    _folder: TempDir,
}

impl Database {
    /// A database of its own with the current schema.
    pub async fn fresh() -> Self {
        let database = Self::empty().await;
        database.store.migrate().await.unwrap();
        database
    }

    /// The same without a schema.
    pub async fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("twin lock.db");
        let store = Store::open(&url(&file)).await.unwrap();
        Self {
            store,
            file,
            _folder: folder,
        }
    }

    /// Another program's view of the same database.
    pub async fn another(&self) -> Store {
        Store::open(&url(&self.file)).await.unwrap()
    }

    /// A look at the tables behind the store's back.
    pub async fn raw(&self) -> SqlitePool {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&self.file);
        SqlitePool::connect_with(options).await.unwrap()
    }

    pub async fn count(&self, table: &'static str) -> i64 {
        let sql = sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
        sqlx::query_scalar(sql)
            .fetch_one(&self.raw().await)
            .await
            .unwrap()
    }
}

pub fn url(file: &std::path::Path) -> String {
    format!("sqlite:{}", file.display())
}

pub fn later(seconds: u64) -> Timestamp {
    START.plus(Duration::from_secs(seconds))
}

/// Bits that no other call gets.
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

pub fn vault() -> Vault {
    Vault::new(&MasterKey::from_random([1; 4], [2; 32]))
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

/// A password for that address from a browser that nobody knows, somewhere on the network.
pub fn stranger(email: &str) -> PasswordTry {
    PasswordTry {
        email: Some((email.parse().unwrap(), email_index(email))),
        browser: None,
        address: ClientAddress::new([203, 0, 113, 9].into()).counted(),
        address_limit: 300,
    }
}
