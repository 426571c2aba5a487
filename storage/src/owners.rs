//! An account keeps an Owner who can sign in.

use domain::{
    ids::{AccountId, UserId},
    ports::{MembershipChange, PortError},
};
use sqlx::query;

use crate::write::Write;

/// Accounts whose only Owner who is not barred is `$1`. One that has none anyway is not among them: nobody is kept for its sake.
macro_rules! count_only_owner {
    ($rest:literal) => {
        concat!(
            "SELECT COUNT(*) FROM memberships p JOIN users u ON u.id = p.user_id
             WHERE p.user_id = $1 AND p.role = 'owner' AND u.disabled = 0
               AND NOT EXISTS (SELECT 1 FROM memberships o JOIN users x ON x.id = o.user_id
                               WHERE o.account_id = p.account_id AND o.user_id <> $1 AND o.role = 'owner' AND x.disabled = 0)",
            $rest
        )
    };
}

/// What stands against taking a person out of every account.
pub async fn last_anywhere(
    write: &mut Write,
    user: &UserId,
) -> Result<Option<MembershipChange>, PortError> {
    let sql = query(count_only_owner!("")).bind(user.as_str());
    Ok(refusal(write.count(sql).await?))
}

/// What stands against taking a person's ownership of one account.
pub async fn last_of(
    write: &mut Write,
    user: &UserId,
    account: &AccountId,
) -> Result<Option<MembershipChange>, PortError> {
    let sql = query(count_only_owner!(" AND p.account_id = $2")).bind(user.as_str());
    Ok(refusal(write.count(sql.bind(account.as_str())).await?))
}

fn refusal(accounts: u32) -> Option<MembershipChange> {
    (accounts > 0).then_some(MembershipChange::LastOwner { accounts })
}
