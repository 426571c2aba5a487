//! The rows that a transaction changes first, by which engines that let writers run side by side put them in order: people, then accounts,
//! each in the order of their ids, then sessions before what goes with them, so that no two wait for each other.

use domain::{
    ids::{AccountId, SessionId, UserId},
    ports::PortError,
};
use sqlx::query;

use crate::engine::{rows::Values, transaction::WriteTransaction};

/// Changes nothing in a person's row; false when there is none.
pub async fn person(write: &mut WriteTransaction, user: &UserId) -> Result<bool, PortError> {
    let sql = query("UPDATE users SET disabled = disabled WHERE id = $1").bind(user.as_str());
    Ok(write.run(sql).await? == 1)
}

/// The same for two people at once.
pub async fn people(
    write: &mut WriteTransaction,
    one: &UserId,
    other: &UserId,
) -> Result<(), PortError> {
    person(write, one.min(other)).await?;
    person(write, one.max(other)).await?;
    Ok(())
}

/// The same; false also for somebody who is barred.
pub async fn admitted(write: &mut WriteTransaction, user: &UserId) -> Result<bool, PortError> {
    let sql = "UPDATE users SET disabled = disabled WHERE id = $1 AND disabled = 0";
    Ok(write.run(query(sql).bind(user.as_str())).await? == 1)
}

/// Changes nothing in an account's row; false when there is none.
pub async fn account(write: &mut WriteTransaction, account: &AccountId) -> Result<bool, PortError> {
    let sql = query("UPDATE accounts SET name = name WHERE id = $1").bind(account.as_str());
    Ok(write.run(sql).await? == 1)
}

/// The same for every account that a person owns. Their row is held already, so that none comes to it.
pub async fn owned(write: &mut WriteTransaction, user: &UserId) -> Result<(), PortError> {
    let sql = "SELECT account_id FROM memberships WHERE user_id = $1 AND role = 'owner' ORDER BY account_id";
    for row in write.rows(query(sql).bind(user.as_str())).await? {
        account(write, &row.value("account_id")?).await?;
    }
    Ok(())
}

/// The same for a person's session, before what hangs on it: whoever ends a session takes that with it. False when it is not theirs, or gone.
pub async fn session(
    write: &mut WriteTransaction,
    session: &SessionId,
    user: &UserId,
) -> Result<bool, PortError> {
    let sql = "UPDATE sessions SET seen_at = seen_at WHERE id = $1 AND user_id = $2";
    let sql = query(sql).bind(session.as_str()).bind(user.as_str());
    Ok(write.run(sql).await? == 1)
}
