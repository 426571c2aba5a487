//! Reads users as the operator and My profile see them.

use domain::{
    ids::UserId,
    ports::{PortError, UserRecord},
};
use sqlx::any::AnyRow;

use crate::{
    Store,
    engine::{rows::Values, statement::Statement},
};

/// All users as the operator and My profile see them: one row per membership.
pub const ALL: &str = "
    SELECT u.id, u.email, u.name, u.disabled, u.last_sign_in_at,
           CASE WHEN u.password_hash IS NULL THEN 0 ELSE 1 END AS has_password,
           CASE WHEN EXISTS (SELECT 1 FROM mfa_methods m WHERE m.user_id = u.id)
                THEN 1 ELSE 0 END AS has_mfa,
           COALESCE(t.in_a_row, 0) AS refused_in_a_row,
           p.role, a.id AS account_id, a.name AS account_name, a.require_mfa,
           (SELECT COUNT(*) FROM memberships o WHERE o.account_id = a.id) AS members
    FROM users u
    LEFT JOIN attempts t ON t.user_id = u.id
    LEFT JOIN memberships p ON p.user_id = u.id
    LEFT JOIN accounts a ON a.id = p.account_id
    ORDER BY u.email, a.name_folded";

/// Like [`ALL`], but the user `$1` only.
pub const ONE: &str = "
    SELECT u.id, u.email, u.name, u.disabled, u.last_sign_in_at,
           CASE WHEN u.password_hash IS NULL THEN 0 ELSE 1 END AS has_password,
           CASE WHEN EXISTS (SELECT 1 FROM mfa_methods m WHERE m.user_id = u.id)
                THEN 1 ELSE 0 END AS has_mfa,
           COALESCE(t.in_a_row, 0) AS refused_in_a_row,
           p.role, a.id AS account_id, a.name AS account_name, a.require_mfa,
           (SELECT COUNT(*) FROM memberships o WHERE o.account_id = a.id) AS members
    FROM users u
    LEFT JOIN attempts t ON t.user_id = u.id
    LEFT JOIN memberships p ON p.user_id = u.id
    LEFT JOIN accounts a ON a.id = p.account_id
    WHERE u.id = $1
    ORDER BY a.name_folded";

impl Store {
    /// Runs [`ALL`] or [`ONE`] with its value.
    pub(crate) async fn records(&self, sql: Statement) -> Result<Vec<UserRecord>, PortError> {
        let mut users: Vec<UserRecord> = Vec::new();
        for row in self.rows(sql).await? {
            let id = row.value("id")?;
            if users.last().is_none_or(|user| user.id != id) {
                users.push(record(id, &row)?);
            }
            if let (Some(user), Some(place)) = (users.last_mut(), row.place()?) {
                user.accounts.push(place);
            }
        }
        Ok(users)
    }
}

fn record(id: UserId, row: &AnyRow) -> Result<UserRecord, PortError> {
    Ok(UserRecord {
        id,
        email: row.stored_text("email")?,
        name: row.stored_text("name")?,
        disabled: row.flag("disabled")?,
        has_password: row.flag("has_password")?,
        has_mfa: row.flag("has_mfa")?,
        refused_in_a_row: row.count("refused_in_a_row")?,
        accounts: Vec::new(),
        last_sign_in: row.maybe_at("last_sign_in_at")?,
    })
}
