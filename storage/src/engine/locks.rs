//! Row locks of a transaction, always taken in the same order to avoid deadlocks on engines with
//! concurrent writers:
//! users, then accounts, each in the order of their ids, then sessions before the rows that depend
//! on them.

use domain::{
    ids::{AccountId, SessionId, UserId},
    ports::PortError,
};

use crate::engine::{rows::Values, statement::query, transaction::WriteTransaction};

const USER: &str = "
    UPDATE users
    SET disabled = disabled
    WHERE id = $1";

const ADMITTED_USER: &str = "
    UPDATE users
    SET disabled = disabled
    WHERE id = $1 AND disabled = 0";

const ACCOUNT: &str = "
    UPDATE accounts
    SET name = name
    WHERE id = $1";

const OWNED_ACCOUNTS: &str = "
    SELECT account_id
    FROM memberships
    WHERE user_id = $1 AND role = 'owner'
    ORDER BY account_id";

const SESSION: &str = "
    UPDATE sessions
    SET seen_at = seen_at
    WHERE id = $1 AND user_id = $2";

/// Locks a user's row; false if there is none.
pub async fn person(write: &mut WriteTransaction, user: &UserId) -> Result<bool, PortError> {
    Ok(write.run(query(USER).bind(user.as_str())).await? == 1)
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
    Ok(write.run(query(ADMITTED_USER).bind(user.as_str())).await? == 1)
}

/// Locks an account's row; false if there is none.
pub async fn account(write: &mut WriteTransaction, account: &AccountId) -> Result<bool, PortError> {
    Ok(write.run(query(ACCOUNT).bind(account.as_str())).await? == 1)
}

/// Locks every account that a user owns. The caller holds the user's row already, so that no new
/// account is added.
pub async fn owned(write: &mut WriteTransaction, user: &UserId) -> Result<(), PortError> {
    let owned = query(OWNED_ACCOUNTS).bind(user.as_str());
    for row in write.rows(owned).await? {
        account(write, &row.value("account_id")?).await?;
    }
    Ok(())
}

/// Locks a session before the rows that depend on it, because ending a session deletes those. False
/// if it is another user's or gone.
pub async fn session(
    write: &mut WriteTransaction,
    session: &SessionId,
    user: &UserId,
) -> Result<bool, PortError> {
    let lock = query(SESSION).bind(session.as_str()).bind(user.as_str());
    Ok(write.run(lock).await? == 1)
}
