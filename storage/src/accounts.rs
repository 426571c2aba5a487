//! Customer accounts.

use async_trait::async_trait;
use domain::{
    names::AccountName,
    ports::{AccountRecord, Accounts, NewAccount, PortError},
};
use sqlx::query;

use crate::{
    Store,
    connect::{Sql, Write},
    rows::Values,
};

#[async_trait]
impl Accounts for Store {
    async fn add(&self, account: NewAccount) -> Result<bool, PortError> {
        let mut write = self.write().await?;
        let added = write.run(insert(&account)).await? == 1;
        write.commit().await?;
        Ok(added)
    }

    async fn list(&self) -> Result<Vec<AccountRecord>, PortError> {
        let sql = query(
            "SELECT a.id AS account_id, a.name AS account_name, a.require_mfa, COUNT(m.user_id) AS members
             FROM accounts a LEFT JOIN memberships m ON m.account_id = a.id
             GROUP BY a.id, a.name, a.require_mfa, a.name_folded ORDER BY a.name_folded",
        );
        self.rows(sql)
            .await?
            .iter()
            .filter_map(|row| row.account().transpose())
            .collect()
    }

    async fn find(&self, name: &AccountName) -> Result<Option<AccountRecord>, PortError> {
        let sql = query(
            "SELECT a.id AS account_id, a.name AS account_name, a.require_mfa,
                    (SELECT COUNT(*) FROM memberships m WHERE m.account_id = a.id) AS members
             FROM accounts a WHERE a.name_folded = $1",
        );
        let row = self.row(sql.bind(name.folded())).await?;
        row.map_or(Ok(None), |row| row.account())
    }
}

fn insert(account: &NewAccount) -> Sql {
    query("INSERT INTO accounts (id, name, name_folded, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (name_folded) DO NOTHING")
        .bind(account.id.as_str())
        .bind(account.name.as_str())
        .bind(account.name.folded())
        .bind(account.at.millis())
}

/// Makes sure that an account of this name exists: the operator may have added it before.
pub async fn ensure(write: &mut Write, account: &NewAccount) -> Result<(), PortError> {
    write.run(insert(account)).await.map(drop)
}
