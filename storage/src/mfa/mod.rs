//! Implements the port [`Mfa`]: pending keys, activation, codes at sign-in, and management of an active method.

pub(crate) mod backup_codes;
pub(crate) mod methods;
pub(crate) mod pending_keys;
pub(crate) mod step_ups;

use async_trait::async_trait;
use domain::{
    blind_index::BlindIndex,
    events::{Action, Event, MethodKind},
    ids::{CodeSetId, SessionId, UserId},
    people::names::MethodName,
    ports::{
        Activation, BackupCodeUse, CodeUse, Deletion, Grant, KnownBrowser, MethodRecord, Mfa,
        NewCodeSet, PendingKey, PortError, StoredBackupCode, Taken, TestedCode, TokenSwap,
    },
    second_factor::{enrolment::CodesFor, lockout::refused_before, step_up},
    time::Timestamp,
    token::TokenHash,
};
use sqlx::query;

use crate::{
    Store,
    engine::{
        connect::Sql,
        locks,
        rows::Values,
        transaction::{EventNote, WriteTransaction},
    },
    operation::servers,
    sign_in::{guess_budgets, known_browsers, session_bounds, sessions},
};

#[async_trait]
impl Mfa for Store {
    async fn pending(&self, session: &SessionId) -> Result<Option<PendingKey>, PortError> {
        let row = self.row(pending_keys::select(session)).await?;
        row.as_ref().map(pending_keys::read).transpose()
    }

    async fn keep_pending(
        &self,
        key: PendingKey,
        expired: Timestamp,
    ) -> Result<Option<PendingKey>, PortError> {
        let mut write = self.write().await?;
        locks::person(&mut write, &key.user).await?;
        if !locks::session(&mut write, &key.session, &key.user).await? {
            return write.undo(None).await;
        }
        servers::refuse_retired(&mut write, self.engine(), &key.key.key_id).await?;
        pending_keys::keep(&mut write, &key, expired).await?;
        let row = write.row(pending_keys::select(&key.session)).await?;
        let Some(stands) = row.as_ref().map(pending_keys::read).transpose()? else {
            return write.undo(None).await;
        };
        // A key that was pending already is shown again, which is not a new set-up.
        let noted = if stands.key == key.key {
            EventNote::Repeated(Event::done(Action::SetUpBegin).of(&key.user))
        } else {
            EventNote::Nothing
        };
        write.commit(noted).await?;
        Ok(Some(stands))
    }

    async fn keep_pending_reset(&self, key: PendingKey, grant: Grant) -> Result<bool, PortError> {
        let mut write = self.write().await?;
        locks::person(&mut write, &grant.user).await?;
        servers::refuse_retired(&mut write, self.engine(), &key.key.key_id).await?;
        let is_own = (&key.session, &key.user) == (&grant.session, &grant.user);
        let kept = is_own
            && match step_ups::take(&mut write, &grant, step_up::Action::Reset).await? {
                Some(proved_at) => pending_keys::keep_reset(&mut write, &key, proved_at).await?,
                None => false,
            };
        write
            .keep(kept, Event::done(Action::ResetBegin).of(&grant.user))
            .await
    }

    async fn drop_pending(&self, session: &SessionId) -> Result<(), PortError> {
        let mut write = self.write().await?;
        let drop = "DELETE FROM pending_keys WHERE session_id = $1 RETURNING user_id";
        let dropped = write.row(query(drop).bind(session.as_str())).await?;
        let noted = match dropped {
            Some(row) => {
                EventNote::Repeated(Event::done(Action::SetUpCancel).of(&row.value("user_id")?))
            }
            None => EventNote::Nothing,
        };
        write.commit(noted).await
    }

    async fn activate(&self, activation: Activation) -> Result<Taken, PortError> {
        let mut write = self.write().await?;
        servers::refuse_retired(&mut write, self.engine(), &activation.key.key_id).await?;
        let taken = methods::activate(&mut write, &activation).await?;
        let action = match activation.replaces {
            None => Action::SetUpConfirm,
            Some(_) => Action::ResetConfirm,
        };
        let event = application(action, &activation.user);
        write.settle(taken, event).await
    }

    async fn method(&self, user: &UserId) -> Result<Option<MethodRecord>, PortError> {
        methods::find(self, user).await
    }

    async fn use_code(&self, code: CodeUse) -> Result<(Taken, u32), PortError> {
        let mut write = self.write().await?;
        let browser = known(&code.swap, &code.user, code.browser, code.at);
        let [note, clear] = sessions::signing_in(&code.user, code.at);
        let mut statements = vec![
            note,
            methods::burning(&code.user, &code.method, code.step, code.at),
            stepping_up(&code.swap, &browser),
            known_browsers::putting(&browser),
            clear,
        ];
        if code.is_browser_known {
            let clear = guess_budgets::clearing_browser(&code.user, code.browser);
            statements.push(clear);
        }
        let event = application(Action::SecondFactor, &code.user);
        let (ran, told) = write.run_as(statements, event).await?;
        let taken = match (ran[0].changed, ran[1].changed, ran[2].changed) {
            (1, 1, 1) => Taken::Taken,
            (1, 0, _) => Taken::AlreadyTaken,
            _ => Taken::SessionGone,
        };
        let strangers = guess_budgets::cleared(&ran[4])?;
        let refused = if code.is_browser_known {
            refused_before(guess_budgets::cleared(&ran[5])?, Some(strangers))
        } else {
            refused_before(strangers, None)
        };
        session_bounds::leave_complete(&mut write, &ran[2], &browser).await?;
        known_browsers::forget_too_many(&mut write, &ran[3], &code.user).await?;
        write.keep_told(taken == Taken::Taken, told).await?;
        Ok((taken, refused))
    }

    async fn find_backup_code(
        &self,
        user: &UserId,
        index: BlindIndex,
    ) -> Result<Option<StoredBackupCode>, PortError> {
        backup_codes::find(self, user, index).await
    }

    async fn use_backup_code(&self, code: BackupCodeUse) -> Result<(Taken, u32), PortError> {
        let mut write = self.write().await?;
        if !sessions::signed_in(&mut write, &code.user, code.at).await? {
            return write.undo((Taken::SessionGone, 0)).await;
        }
        let spent = backup_codes::spend(&mut write, &code.user, &code.code, code.at).await?;
        let browser = known(&code.swap, &code.user, code.browser, code.at);
        let taken = completed(&mut write, spent, &code.swap, &browser).await?;
        // A user who signed in with the last backup code has none left to verify with, so the sign-in itself allows one verification.
        let recovered = query("UPDATE sessions SET recovered_at = $2 WHERE id = $1")
            .bind(code.swap.session.as_str())
            .bind(code.at.millis());
        write.run(recovered).await?;
        let left = backup_codes::left(&mut write, &code.user).await?;
        let event = Event::done(Action::SecondFactor)
            .of(&code.user)
            .with(MethodKind::BackupCode);
        Ok((write.settle(taken, event).await?, left))
    }

    async fn generate(&self, grant: Grant, codes: NewCodeSet) -> Result<bool, PortError> {
        let mut write = self.write().await?;
        locks::person(&mut write, &grant.user).await?;
        // The time limit for the codes counts from the verification, so that two time limits do not add up.
        let granted = match step_ups::take(&mut write, &grant, step_up::Action::Generate).await? {
            Some(proved_at) => show_codes(&mut write, &grant, proved_at).await?,
            None => false,
        };
        if granted {
            backup_codes::keep_pending(&mut write, &grant.user, &codes).await?;
        }
        write
            .keep(granted, Event::done(Action::CodesGenerate).of(&grant.user))
            .await
    }

    async fn keep_valid_codes(
        &self,
        user: &UserId,
        session: &SessionId,
    ) -> Result<bool, PortError> {
        let mut write = self.write().await?;
        locks::person(&mut write, user).await?;
        let finish = "UPDATE sessions SET codes_since = NULL WHERE id = $1 AND user_id = $2 AND codes_since IS NOT NULL
                      AND EXISTS (SELECT 1 FROM code_sets c WHERE c.user_id = $2 AND c.is_valid = 1)";
        let finish = query(finish).bind(session.as_str()).bind(user.as_str());
        let kept = write.run(finish).await? == 1;
        backup_codes::drop_pending(&mut write, user).await?;
        write
            .keep(kept, Event::done(Action::CodesKeep).of(user))
            .await
    }

    async fn delete(&self, deletion: Deletion) -> Result<Taken, PortError> {
        let mut write = self.write().await?;
        let taken = methods::delete(&mut write, &deletion).await?;
        write
            .settle(
                taken,
                Event::done(Action::MethodDelete).of(&deletion.grant.user),
            )
            .await
    }

    async fn test(&self, code: TestedCode) -> Result<Taken, PortError> {
        let mut write = self.write().await?;
        if !locks::admitted(&mut write, &code.user).await? {
            return write.undo(Taken::SessionGone).await;
        }
        if !methods::burn(&mut write, &code.user, &code.method, code.step, code.at).await? {
            return write.undo(Taken::AlreadyTaken).await;
        }
        guess_budgets::give_back(&mut write, &code.user, &code.session).await?;
        write
            .settle(Taken::Taken, application(Action::MethodTest, &code.user))
            .await
    }

    async fn rename(&self, user: &UserId, name: MethodName) -> Result<bool, PortError> {
        let mut write = self.write().await?;
        locks::person(&mut write, user).await?;
        let rename = "UPDATE mfa_methods SET name = $2 WHERE user_id = $1 AND name <> $2";
        let rename = query(rename).bind(user.as_str()).bind(name.as_str());
        if write.run(rename).await? == 0 {
            // The name is unchanged, or the method is gone.
            let there = query("SELECT 1 FROM mfa_methods WHERE user_id = $1").bind(user.as_str());
            let is_there = write.row(there).await?.is_some();
            return write.undo(is_there).await;
        }
        let event = Event::done(Action::MethodRename).of(user);
        write.commit_repeated(event).await?;
        Ok(true)
    }

    async fn reset_by_operator(&self, user: &UserId) -> Result<bool, PortError> {
        let mut write = self.write().await?;
        locks::person(&mut write, user).await?;
        let had_method = methods::reset(&mut write, user).await?;
        write
            .keep(had_method, Event::done(Action::MethodReset).of(user))
            .await
    }

    async fn keep_pending_codes(
        &self,
        user: &UserId,
        codes: NewCodeSet,
    ) -> Result<bool, PortError> {
        let mut write = self.write().await?;
        locks::person(&mut write, user).await?;
        let owes = "UPDATE sessions SET seen_at = seen_at WHERE id = $1 AND user_id = $2 AND codes_since IS NOT NULL";
        let owes = query(owes)
            .bind(codes.drawn_by.as_str())
            .bind(user.as_str());
        if write.run(owes).await? != 1 {
            return write.undo(false).await;
        }
        backup_codes::keep_pending(&mut write, user, &codes).await?;
        let event = Event::done(Action::CodesRenew).of(user);
        write.commit_repeated(event).await?;
        Ok(true)
    }

    async fn drew_codes(
        &self,
        user: &UserId,
        session: &SessionId,
    ) -> Result<Option<Timestamp>, PortError> {
        let drew = "SELECT MAX(created_at) AS drawn_at FROM code_sets WHERE user_id = $1 AND drawn_by = $2";
        let drew = query(drew).bind(user.as_str()).bind(session.as_str());
        let row = self.row(drew).await?;
        row.map_or(Ok(None), |row| row.maybe_at("drawn_at"))
    }

    async fn finish_codes(
        &self,
        user: &UserId,
        session: &SessionId,
        set: &CodeSetId,
        now: Timestamp,
    ) -> Result<bool, PortError> {
        let mut write = self.write().await?;
        locks::person(&mut write, user).await?;
        let finish = "UPDATE sessions SET codes_since = NULL WHERE id = $1 AND user_id = $2 AND codes_since IS NOT NULL";
        let finish = query(finish).bind(session.as_str()).bind(user.as_str());
        let finished = write.run(finish).await? == 1
            && backup_codes::make_valid(&mut write, user, set, now).await?;
        write
            .keep(finished, Event::done(Action::CodesFinish).of(user))
            .await
    }
}

fn application(action: Action, user: &UserId) -> Event {
    Event::done(action).of(user).with(MethodKind::Application)
}

/// After a code was used: completes the pending session, rotates its token, and marks its browser as known.
async fn completed(
    write: &mut WriteTransaction,
    is_spent: bool,
    swap: &TokenSwap,
    browser: &KnownBrowser,
) -> Result<Taken, PortError> {
    if !is_spent {
        return Ok(Taken::AlreadyTaken);
    }
    let mut ran = write.run_all(vec![stepping_up(swap, browser)]).await?;
    let Some(stepped_up) = ran.pop().filter(|ran| ran.changed == 1) else {
        return Ok(Taken::SessionGone);
    };
    session_bounds::leave_complete(write, &stepped_up, browser).await?;
    known_browsers::put(write, browser).await?;
    let clear = guess_budgets::clearing_browser(&browser.user, browser.token);
    write.run(clear).await?;
    Ok(Taken::Taken)
}

/// Marks the second factor as given and rotates the token; returns how many complete sessions the user has.
fn stepping_up(swap: &TokenSwap, browser: &KnownBrowser) -> Sql {
    let step_up = "UPDATE sessions SET token_hash = $3, second_factor_at = $4, seen_at = $4
                   WHERE id = $1 AND token_hash = $2 AND second_factor_at IS NULL AND user_id = $5
                   RETURNING (SELECT COUNT(*) FROM sessions s WHERE s.user_id = $5 AND s.second_factor_at IS NOT NULL) AS complete";
    let step_up = sessions::bind_swap(query(step_up), swap, browser.at);
    step_up.bind(browser.user.as_str())
}

fn known(swap: &TokenSwap, user: &UserId, token: TokenHash, at: Timestamp) -> KnownBrowser {
    KnownBrowser {
        token,
        user: user.clone(),
        session: swap.session.clone(),
        at,
    }
}

/// Lets the session show the generated codes until `Finish`.
async fn show_codes(
    write: &mut WriteTransaction,
    grant: &Grant,
    at: Timestamp,
) -> Result<bool, PortError> {
    let show =
        "UPDATE sessions SET codes_since = $3, codes_for = $4 WHERE id = $1 AND user_id = $2";
    let show = query(show)
        .bind(grant.session.as_str())
        .bind(grant.user.as_str())
        .bind(at.millis())
        .bind(CodesFor::Generated.as_str());
    Ok(write.run(show).await? == 1)
}
