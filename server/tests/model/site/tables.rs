//! What the tables contain, behind the server's back.

use sqlx::{AnyConnection, Connection, Row, any::AnyRow};

use super::ModelSite;

/// A row of `mfa_methods`.
#[derive(Debug, Clone)]
pub struct MethodRow {
    pub id: String,
    pub user: String,
    pub name: String,
    pub kind: String,
    pub is_default: bool,
    pub added_at: i64,
}

/// The tables of methods.
pub struct Tables {
    pub methods: Vec<MethodRow>,
    /// The credential of each passkey and security key.
    pub credentials: Vec<Vec<u8>>,
    /// The user of each set of backup codes, and whether the set is valid.
    pub code_sets: Vec<(String, bool)>,
    /// The number of open challenges of each session.
    pub challenges: Vec<i64>,
}

impl Tables {
    /// The rows of one user.
    pub fn methods_of<'a>(&'a self, user: &'a str) -> impl Iterator<Item = &'a MethodRow> {
        self.methods.iter().filter(move |row| row.user == user)
    }
}

/// Opens a connection of its own.
pub async fn open(url: &str) -> AnyConnection {
    sqlx::any::install_default_drivers();
    AnyConnection::connect(url).await.unwrap()
}

impl ModelSite {
    /// Reads the tables.
    pub fn tables(&mut self) -> Tables {
        let database = &mut self.database;
        self.runtime.block_on(async {
            let method = |row: AnyRow| MethodRow {
                id: row.get(0),
                user: row.get(1),
                name: row.get(2),
                kind: row.get(3),
                is_default: row.get::<i64, _>(4) == 1,
                added_at: row.get(5),
            };
            let methods = "SELECT id, user_id, name, kind, is_default, added_at FROM mfa_methods";
            let methods = rows(database, methods).await;
            let credentials = rows(database, "SELECT credential_id FROM public_keys").await;
            let code_sets = rows(database, "SELECT user_id, is_valid FROM code_sets").await;
            let challenges =
                "SELECT COUNT(*) FROM challenges WHERE answered_at IS NULL GROUP BY session_id";
            let challenges = rows(database, challenges).await;
            let set = |row: AnyRow| (row.get(0), row.get::<i64, _>(1) == 1);
            Tables {
                methods: methods.into_iter().map(method).collect(),
                credentials: credentials.into_iter().map(|row| row.get(0)).collect(),
                code_sets: code_sets.into_iter().map(set).collect(),
                challenges: challenges.into_iter().map(|row| row.get(0)).collect(),
            }
        })
    }
}

async fn rows(database: &mut AnyConnection, sql: &'static str) -> Vec<AnyRow> {
    sqlx::query(sql).fetch_all(database).await.unwrap()
}
