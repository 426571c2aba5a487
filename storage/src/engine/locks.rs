//! Row locks of a transaction, always taken in the same order to avoid deadlocks on engines with concurrent writers:
//! users, then accounts, each in the order of their ids, then sessions before the rows that depend on them.

use domain::{
    ids::{AccountId, SessionId, UserId},
    ports::PortError,
};

use crate::engine::{rows::Values, statement::query, transaction::WriteTransaction};

/// Locks a user's row; false if there is none.
pub async fn person(write: &mut WriteTransaction, user: &UserId) -> Result<bool, PortError> {
    let sql = query("UPDATE users SET disabled = disabled WHERE id = $1").bind(user.as_str());
    Ok(write.run(sql).await? == 1)
}

/// Locks the rows of two users in the order of their ids.
pub async fn people(
    write: &mut WriteTransaction,
    one: &UserId,
    other: &UserId,
) -> Result<(), PortError> {
    person(write, one.min(other)).await?;
    person(write, one.max(other)).await?;
    Ok(())
}

/// Like [`person`], but false also for a user who is disabled.
pub async fn admitted(write: &mut WriteTransaction, user: &UserId) -> Result<bool, PortError> {
    let sql = "UPDATE users SET disabled = disabled WHERE id = $1 AND disabled = 0";
    Ok(write.run(query(sql).bind(user.as_str())).await? == 1)
}

/// Locks an account's row; false if there is none.
pub async fn account(write: &mut WriteTransaction, account: &AccountId) -> Result<bool, PortError> {
    let sql = query("UPDATE accounts SET name = name WHERE id = $1").bind(account.as_str());
    Ok(write.run(sql).await? == 1)
}

/// Locks every account that a user owns. The caller holds the user's row already, so that no new account is added.
pub async fn owned(write: &mut WriteTransaction, user: &UserId) -> Result<(), PortError> {
    let sql = "SELECT account_id FROM memberships WHERE user_id = $1 AND role = 'owner' ORDER BY account_id";
    for row in write.rows(query(sql).bind(user.as_str())).await? {
        account(write, &row.value("account_id")?).await?;
    }
    Ok(())
}

/// Locks a session before the rows that depend on it, because ending a session deletes those. False if it is another user's or gone.
pub async fn session(
    write: &mut WriteTransaction,
    session: &SessionId,
    user: &UserId,
) -> Result<bool, PortError> {
    let sql = "UPDATE sessions SET seen_at = seen_at WHERE id = $1 AND user_id = $2";
    let sql = query(sql).bind(session.as_str()).bind(user.as_str());
    Ok(write.run(sql).await? == 1)
}
