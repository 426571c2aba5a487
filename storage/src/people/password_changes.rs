//! A signed-in user changes their own password.

use async_trait::async_trait;
use domain::{
    events::{Action, Event, MethodKind},
    ids::UserId,
    ports::{PasswordChange, PasswordChanges, PasswordUpdate, PortError, Proof},
};
use tracing::instrument;

use crate::{
    Store,
    engine::{statement::query, transaction::WriteTransaction},
    mfa::{backup_codes, challenges, methods, pending_keys, public_keys},
    people::invitations,
    sign_in::{guess_budgets, sessions},
};

#[async_trait]
impl PasswordChanges for Store {
    #[instrument(
        level = "debug",
        skip_all,
        fields(db.operation.name = "password_changes.change_password")
    )]
    async fn change_password(&self, change: PasswordChange) -> Result<PasswordUpdate, PortError> {
        let mut write = self.write().await?;
        let update = changed(&mut write, &change).await?;
        let event = Event::done(Action::PasswordChange).of(&change.user);
        let event = event.with(MethodKind::Password);
        write
            .commit_if(update == PasswordUpdate::Changed, event)
            .await?;
        Ok(update)
    }
}

async fn changed(
    write: &mut WriteTransaction,
    change: &PasswordChange,
) -> Result<PasswordUpdate, PortError> {
    const SET: &str = "
        UPDATE users
        SET password_hash = $3
        WHERE id = $1 AND password_hash = $2 AND disabled = 0";
    /// A session that still owes its second factor can't change the password. With an active
    /// method, a proof is required.
    const RENEW: &str = "
        UPDATE sessions
        SET token_hash = $3, seen_at = $4, password_at = $4, recovered_at = NULL
        WHERE id = $1
          AND token_hash = $2
          AND user_id = $5
          AND (second_factor_at IS NOT NULL
               OR NOT EXISTS (SELECT 1 FROM mfa_methods m WHERE m.user_id = $5))";
    const END_STEP_UPS: &str = "DELETE FROM step_ups WHERE user_id = $1";
    let PasswordChange { swap, user, at, .. } = change;
    let set = query(SET)
        .bind(user.as_str())
        .bind(change.current.expose())
        .bind(change.new.expose());
    let renew = sessions::bind_swap(query(RENEW), swap, *at).bind(user.as_str());
    if write.run(set).await? != 1
        || write.run(renew).await? != 1
        || has_method(write, user).await? != change.proof.is_some()
    {
        return Ok(PasswordUpdate::SessionGone);
    }
    if let Some(proof) = &change.proof
        && !spend(write, change, proof).await?
    {
        return Ok(PasswordUpdate::ProofUsed);
    }
    sessions::end_others(write, user, &swap.session).await?;
    write.run(query(END_STEP_UPS).bind(user.as_str())).await?;
    pending_keys::delete_of_user(write, user).await?;
    challenges::delete_of_user(write, user).await?;
    invitations::forget(write, user).await?;
    Ok(PasswordUpdate::Changed)
}

async fn has_method(write: &mut WriteTransaction, user: &UserId) -> Result<bool, PortError> {
    const ANY: &str = "SELECT 1 FROM mfa_methods WHERE user_id = $1 LIMIT 1";
    let row = write.row(query(ANY).bind(user.as_str())).await?;
    Ok(row.is_some())
}

/// Consumes the proof as an Identity verification does.
async fn spend(
    write: &mut WriteTransaction,
    change: &PasswordChange,
    proof: &Proof,
) -> Result<bool, PortError> {
    let (user, session, at) = (&change.user, &change.swap.session, change.at);
    match proof {
        Proof::Step { method, step } => {
            let burnt = methods::burn(write, user, method, *step, at).await?;
            guess_budgets::give_back(write, user, session).await?;
            Ok(burnt)
        }
        Proof::Key(key) => public_keys::store_use(write, user, key, at).await,
        Proof::BackupCode(code) => {
            let spent = backup_codes::spend(write, user, code, at).await?;
            guess_budgets::unlock_by_backup_code(write, user, session).await?;
            Ok(spent)
        }
    }
}
