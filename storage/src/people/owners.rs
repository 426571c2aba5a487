//! Every account must keep an Owner who can sign in.

use domain::{
    ids::{AccountId, UserId},
    people::names::AccountName,
    ports::{MembershipChange, PortError},
};

use crate::{
    Store,
    engine::{
        rows::Values,
        statement::{Statement, query},
        transaction::WriteTransaction,
    },
};

/// The accounts, by name, in which `$1` is the only Owner who can sign in: not disabled, and with
/// a password. An invited Owner has no password yet, and may never accept. A user who can't sign in
/// never counts as the only Owner, so that they can always be removed. `$2` is one account to look
/// at, or NULL for all.
const ONLY_OWNER_OF: &str = "
    SELECT a.name
    FROM memberships p
    JOIN users u ON u.id = p.user_id
    JOIN accounts a ON a.id = p.account_id
    WHERE p.user_id = $1
      AND ($2 IS NULL OR p.account_id = $2)
      AND p.role = 'owner'
      AND u.disabled = 0
      AND u.password_hash IS NOT NULL
      AND NOT EXISTS (SELECT 1
                      FROM memberships o JOIN users x ON x.id = o.user_id
                      WHERE o.account_id = p.account_id
                        AND o.user_id <> $1
                        AND o.role = 'owner'
                        AND x.disabled = 0
                        AND x.password_hash IS NOT NULL)
    ORDER BY a.name_folded";

fn only_owner_statement(user: &UserId, account: Option<&AccountId>) -> Statement {
    let account = account.map(|account| account.as_str().to_owned());
    query(ONLY_OWNER_OF).bind(user.as_str()).bind(account)
}

/// A refusal if the user is the only Owner of any account, and so can't be removed from all.
pub async fn last_anywhere(
    write: &mut WriteTransaction,
    user: &UserId,
) -> Result<Option<MembershipChange>, PortError> {
    refusal(write, only_owner_statement(user, None)).await
}

/// A refusal if the user is the only Owner of this account.
pub async fn last_of(
    write: &mut WriteTransaction,
    user: &UserId,
    account: &AccountId,
) -> Result<Option<MembershipChange>, PortError> {
    refusal(write, only_owner_statement(user, Some(account))).await
}

/// The accounts of which the user is the only Owner, by name.
pub async fn only_owner_of(store: &Store, user: &UserId) -> Result<Vec<AccountName>, PortError> {
    let rows = store.rows(only_owner_statement(user, None)).await?;
    rows.iter().map(|row| row.stored_text("name")).collect()
}

async fn refusal(
    write: &mut WriteTransaction,
    only_owner: Statement,
) -> Result<Option<MembershipChange>, PortError> {
    let accounts = write.rows(only_owner).await?.len();
    let accounts = u32::try_from(accounts).unwrap_or(u32::MAX);
    Ok((accounts > 0).then_some(MembershipChange::LastOwner { accounts }))
}
