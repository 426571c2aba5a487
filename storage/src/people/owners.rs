//! Every account must keep an Owner who can sign in.

use domain::{
    ids::{AccountId, UserId},
    people::names::AccountName,
    ports::{MembershipChange, PortError},
};

use crate::{
    Store,
    engine::{rows::Values, statement::query, transaction::WriteTransaction},
};

/// Accounts in which `$1` is the only Owner who can sign in: not disabled, and with a password. An invited Owner has no password
/// yet, and may never accept. A user who can't sign in never counts as the only Owner, so that they can always be removed.
macro_rules! only_owner {
    ($what:literal, $rest:literal) => {
        concat!(
            "SELECT ",
            $what,
            " FROM memberships p JOIN users u ON u.id = p.user_id JOIN accounts a ON a.id = p.account_id
             WHERE p.user_id = $1 AND p.role = 'owner' AND u.disabled = 0 AND u.password_hash IS NOT NULL
               AND NOT EXISTS (SELECT 1 FROM memberships o JOIN users x ON x.id = o.user_id
                               WHERE o.account_id = p.account_id AND o.user_id <> $1 AND o.role = 'owner'
                                 AND x.disabled = 0 AND x.password_hash IS NOT NULL)",
            $rest
        )
    };
}

/// A refusal if the user is the only Owner of any account, and so can't be removed from all.
pub async fn last_anywhere(
    write: &mut WriteTransaction,
    user: &UserId,
) -> Result<Option<MembershipChange>, PortError> {
    let sql = query(only_owner!("COUNT(*)", "")).bind(user.as_str());
    Ok(refusal(write.count(sql).await?))
}

/// A refusal if the user is the only Owner of this account.
pub async fn last_of(
    write: &mut WriteTransaction,
    user: &UserId,
    account: &AccountId,
) -> Result<Option<MembershipChange>, PortError> {
    let sql = query(only_owner!("COUNT(*)", " AND p.account_id = $2")).bind(user.as_str());
    Ok(refusal(write.count(sql.bind(account.as_str())).await?))
}

/// The accounts of which the user is the only Owner, by name.
pub async fn only_owner_of(store: &Store, user: &UserId) -> Result<Vec<AccountName>, PortError> {
    let sql = query(only_owner!("a.name", " ORDER BY a.name_folded")).bind(user.as_str());
    let rows = store.rows(sql).await?;
    rows.iter().map(|row| row.kept("name")).collect()
}

fn refusal(accounts: u32) -> Option<MembershipChange> {
    (accounts > 0).then_some(MembershipChange::LastOwner { accounts })
}
