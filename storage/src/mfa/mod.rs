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

use crate::{
    Store,
    engine::{
        batch::Batch,
        locks,
        rows::Values,
        statement::{Statement, query},
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
            write.rollback().await?;
            return Ok(None);
        }
        servers::refuse_retired(&mut write, self.engine(), &key.key.key_id).await?;
        pending_keys::keep(&mut write, &key, expired).await?;
        let row = write.row(pending_keys::select(&key.session)).await?;
        let Some(stands) = row.as_ref().map(pending_keys::read).transpose()? else {
            write.rollback().await?;
            return Ok(None);
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
        let event = Event::done(Action::ResetBegin).of(&grant.user);
        write.commit_if(kept, event).await?;
        Ok(kept)
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
        write.commit_if(taken == Taken::Taken, event).await?;
        Ok(taken)
    }

    async fn method(&self, user: &UserId) -> Result<Option<MethodRecord>, PortError> {
        methods::find(self, user).await
    }

    async fn use_code(&self, code: CodeUse) -> Result<(Taken, u32), PortError> {
        let mut write = self.write().await?;
        let browser = known(&code.swap, &code.user, code.browser, code.at);
        let mut batch = Batch::default();
        let note_sign_in = batch.add(sessions::note_sign_in_statement(&code.user, code.at));
        let burn_step = batch.add(methods::burn_step_statement(
            &code.user,
            &code.method,
            code.step,
            code.at,
        ));
        let complete_session = batch.add(complete_session_statement(&code.swap, &browser));
        let put_browser = batch.add(known_browsers::put_statement(&browser));
        let clear_strangers = batch.add(guess_budgets::clear_strangers_statement(&code.user));
        let clear_browser = code.is_browser_known.then(|| {
            let user = &code.user;
            batch.add(guess_budgets::clear_browser_statement(user, code.browser))
        });
        let event = application(Action::SecondFactor, &code.user);
        let (results, event) = write.run_batch_with_event(batch, event).await?;
        let taken = match (
            results[note_sign_in].changed,
            results[burn_step].changed,
            results[complete_session].changed,
        ) {
            (1, 1, 1) => Taken::Taken,
            (1, 0, _) => Taken::AlreadyTaken,
            _ => Taken::SessionGone,
        };
        let strangers = guess_budgets::cleared_count(&results[clear_strangers])?;
        let refused = match clear_browser {
            Some(clear) => {
                let browser = guess_budgets::cleared_count(&results[clear])?;
                refused_before(browser, Some(strangers))
            }
            None => refused_before(strangers, None),
        };
        let completed = &results[complete_session];
        session_bounds::end_surplus_complete(&mut write, completed, &browser).await?;
        known_browsers::forget_surplus(&mut write, &results[put_browser], &code.user).await?;
        write.commit_if(taken == Taken::Taken, event).await?;
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
        if !sessions::note_sign_in(&mut write, &code.user, code.at).await? {
            write.rollback().await?;
            return Ok((Taken::SessionGone, 0));
        }
        let spent = backup_codes::spend(&mut write, &code.user, &code.code, code.at).await?;
        let browser = known(&code.swap, &code.user, code.browser, code.at);
        let taken = complete_session(&mut write, spent, &code.swap, &browser).await?;
        // A user who signed in with the last backup code has none left to verify with, so the sign-in itself allows one verification.
        let recovered = query("UPDATE sessions SET recovered_at = $2 WHERE id = $1")
            .bind(code.swap.session.as_str())
            .bind(code.at.millis());
        write.run(recovered).await?;
        let left = backup_codes::left(&mut write, &code.user).await?;
        let event = Event::done(Action::SecondFactor)
            .of(&code.user)
            .with(MethodKind::BackupCode);
        write.commit_if(taken == Taken::Taken, event).await?;
        Ok((taken, left))
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
        let event = Event::done(Action::CodesGenerate).of(&grant.user);
        write.commit_if(granted, event).await?;
        Ok(granted)
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
        let event = Event::done(Action::CodesKeep).of(user);
        write.commit_if(kept, event).await?;
        Ok(kept)
    }

    async fn delete(&self, deletion: Deletion) -> Result<Taken, PortError> {
        let mut write = self.write().await?;
        let taken = methods::delete(&mut write, &deletion).await?;
        let event = Event::done(Action::MethodDelete).of(&deletion.grant.user);
        write.commit_if(taken == Taken::Taken, event).await?;
        Ok(taken)
    }

    async fn test(&self, code: TestedCode) -> Result<Taken, PortError> {
        let mut write = self.write().await?;
        if !locks::admitted(&mut write, &code.user).await? {
            write.rollback().await?;
            return Ok(Taken::SessionGone);
        }
        if !methods::burn(&mut write, &code.user, &code.method, code.step, code.at).await? {
            write.rollback().await?;
            return Ok(Taken::AlreadyTaken);
        }
        guess_budgets::give_back(&mut write, &code.user, &code.session).await?;
        let event = application(Action::MethodTest, &code.user);
        write.commit(event).await?;
        Ok(Taken::Taken)
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
            write.rollback().await?;
            return Ok(is_there);
        }
        let event = Event::done(Action::MethodRename).of(user);
        write.commit(EventNote::Repeated(event)).await?;
        Ok(true)
    }

    async fn reset_by_operator(&self, user: &UserId) -> Result<bool, PortError> {
        let mut write = self.write().await?;
        locks::person(&mut write, user).await?;
        let had_method = methods::reset(&mut write, user).await?;
        let event = Event::done(Action::MethodReset).of(user);
        write.commit_if(had_method, event).await?;
        Ok(had_method)
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
            write.rollback().await?;
            return Ok(false);
        }
        backup_codes::keep_pending(&mut write, user, &codes).await?;
        let event = Event::done(Action::CodesRenew).of(user);
        write.commit(EventNote::Repeated(event)).await?;
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
        let event = Event::done(Action::CodesFinish).of(user);
        write.commit_if(finished, event).await?;
        Ok(finished)
    }
}

fn application(action: Action, user: &UserId) -> Event {
    Event::done(action).of(user).with(MethodKind::Application)
}

/// After a code was used: completes the pending session, rotates its token, and marks its browser as known.
async fn complete_session(
    write: &mut WriteTransaction,
    is_spent: bool,
    swap: &TokenSwap,
    browser: &KnownBrowser,
) -> Result<Taken, PortError> {
    if !is_spent {
        return Ok(Taken::AlreadyTaken);
    }
    let mut batch = Batch::default();
    let complete = batch.add(complete_session_statement(swap, browser));
    let results = write.run_batch(batch).await?;
    if results[complete].changed != 1 {
        return Ok(Taken::SessionGone);
    }
    session_bounds::end_surplus_complete(write, &results[complete], browser).await?;
    known_browsers::put(write, browser).await?;
    let clear = guess_budgets::clear_browser_statement(&browser.user, browser.token);
    write.run(clear).await?;
    Ok(Taken::Taken)
}

/// Marks the second factor as given and rotates the token; returns how many complete sessions the user has.
fn complete_session_statement(swap: &TokenSwap, browser: &KnownBrowser) -> Statement {
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
