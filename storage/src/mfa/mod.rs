//! Implements the port [`Mfa`]: pending keys, activation, codes at sign-in, and management of an
//! active method.

pub(crate) mod activation;
pub(crate) mod backup_codes;
pub(crate) mod challenges;
pub(crate) mod code_sets;
pub(crate) mod methods;
pub(crate) mod pending_keys;
pub(crate) mod public_keys;
pub(crate) mod sign_in_codes;
pub(crate) mod step_ups;

use async_trait::async_trait;
use domain::{
    blind_index::BlindIndex,
    events::{Action, Event, MethodKind},
    ids::{CodeSetId, MethodId, SessionId, UserId},
    people::names::MethodName,
    ports::{
        Activation, CodeSetChange, CodeUse, Deletion, Enrolment, Grant, GrantUse, KeyActivation,
        KeyPurpose, KeyUse, MethodChange, MethodDeletion, MethodSummary, Mfa, MfaSettings,
        NewCodeSet, NewFactor, PendingKey, PortError, SignInBackupCode, SignInBackupCodeUse,
        SignInCode, SignInCodeUse, SignInKey, StoredBackupCode, TestedCode, TestedKey,
    },
    second_factor::methods::MethodType,
    secrets::vault::Sealed,
    time::Timestamp,
};
use tracing::instrument;

use crate::{
    Store,
    engine::{
        locks,
        transaction::{EventNote, WriteTransaction},
    },
    mfa::methods::MethodUpdate,
    operation::servers,
    sign_in::guess_budgets,
};

#[async_trait]
impl Mfa for Store {
    #[instrument(level = "debug", skip_all, fields(db.operation.name = "mfa.pending"))]
    async fn pending(&self, session: &SessionId) -> Result<Option<PendingKey>, PortError> {
        let row = self.row(pending_keys::find_statement(session)).await?;
        row.as_ref().map(pending_keys::read).transpose()
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "mfa.keep_pending"))]
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
        refuse_retired(&mut write, self, pending_keys::sealed(&key)).await?;
        let is_new = pending_keys::keep(&mut write, &key, expired).await?;
        let row = write
            .row(pending_keys::find_statement(&key.session))
            .await?;
        let Some(stands) = row.as_ref().map(pending_keys::read).transpose()? else {
            write.rollback().await?;
            return Ok(None);
        };
        // A key that was pending already is shown again, which is not a new set-up.
        let noted = if is_new {
            EventNote::Repeated(Event::done(Action::SetUpBegin).of(&key.user))
        } else {
            EventNote::Nothing
        };
        write.commit(noted).await?;
        Ok(Some(stands))
    }

    #[instrument(
        level = "debug",
        skip_all,
        fields(db.operation.name = "mfa.keep_pending_with_grant")
    )]
    async fn keep_pending_with_grant(
        &self,
        key: PendingKey,
        grant: Grant,
    ) -> Result<GrantUse, PortError> {
        let mut write = self.write().await?;
        locks::person(&mut write, &grant.user).await?;
        refuse_retired(&mut write, self, pending_keys::sealed(&key)).await?;
        let is_own = (&key.session, &key.user) == (&grant.session, &grant.user);
        let fits = is_own && pending_keys::intent(&key.purpose).as_ref() == Some(&grant.intent);
        let action = grant.intent.action();
        let kept = fits
            && match step_ups::take(&mut write, &grant, action).await? {
                Some(proved_at) => pending_keys::keep_granted(&mut write, &key, proved_at).await?,
                None => false,
            };
        let event = match key.purpose {
            KeyPurpose::Reset(_) => Action::ResetBegin,
            KeyPurpose::First | KeyPurpose::Further => Action::SetUpBegin,
        };
        write
            .commit_if(kept, Event::done(event).of(&grant.user))
            .await?;
        Ok(grant_use(kept))
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "mfa.exchange_pending"))]
    async fn exchange_pending(
        &self,
        key: PendingKey,
        made_at: Timestamp,
    ) -> Result<bool, PortError> {
        let mut write = self.write().await?;
        locks::person(&mut write, &key.user).await?;
        refuse_retired(&mut write, self, pending_keys::sealed(&key)).await?;
        let is_exchanged = pending_keys::exchange(&mut write, &key, made_at).await?;
        let event = Event::done(Action::SetUpBegin).of(&key.user);
        write
            .commit_if(is_exchanged, EventNote::Repeated(event))
            .await?;
        Ok(is_exchanged)
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "mfa.drop_pending"))]
    async fn drop_pending(&self, session: &SessionId) -> Result<(), PortError> {
        let mut write = self.write().await?;
        let dropped = pending_keys::drop_of_session(&mut write, session).await?;
        let noted = match dropped {
            Some(user) => EventNote::Repeated(Event::done(Action::SetUpCancel).of(&user)),
            None => EventNote::Nothing,
        };
        write.commit(noted).await
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "mfa.activate"))]
    async fn activate(&self, activation: Activation) -> Result<KeyActivation, PortError> {
        let mut write = self.write().await?;
        let sealed = match &activation.factor {
            NewFactor::Application { key, .. } => key,
            NewFactor::PublicKey { record, .. } => &record.credential,
        };
        refuse_retired(&mut write, self, Some(sealed)).await?;
        let answer = activation::activate(&mut write, &activation).await?;
        let action = match activation.enrolment {
            Enrolment::First(_) | Enrolment::Further => Action::SetUpConfirm,
            Enrolment::Reset(..) => Action::ResetConfirm,
        };
        let method_type = activation::method_type(&activation.factor);
        let event = Event::done(action).of(&activation.user);
        let event = event.with(MethodKind::from(method_type));
        let event = match activation.enrolment {
            Enrolment::Further => event.saying("further"),
            _ => event,
        };
        let is_activated = answer == KeyActivation::Activated;
        write.commit_if(is_activated, event).await?;
        Ok(answer)
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "mfa.settings"))]
    async fn settings(&self, user: &UserId) -> Result<MfaSettings, PortError> {
        methods::settings(self, user).await
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "mfa.method_summaries"))]
    async fn method_summaries(&self, user: &UserId) -> Result<Vec<MethodSummary>, PortError> {
        methods::summaries(self, user).await
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "mfa.use_code"))]
    async fn use_code(&self, code: SignInCode) -> Result<SignInCodeUse, PortError> {
        sign_in_codes::use_code(self, code).await
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "mfa.use_key"))]
    async fn use_key(&self, key: SignInKey) -> Result<SignInCodeUse, PortError> {
        sign_in_codes::use_key(self, key).await
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "mfa.find_backup_code"))]
    async fn find_backup_code(
        &self,
        user: &UserId,
        index: BlindIndex,
    ) -> Result<Option<StoredBackupCode>, PortError> {
        backup_codes::find(self, user, index).await
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "mfa.use_backup_code"))]
    async fn use_backup_code(
        &self,
        code: SignInBackupCode,
    ) -> Result<SignInBackupCodeUse, PortError> {
        sign_in_codes::use_backup_code(self, code).await
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "mfa.generate"))]
    async fn generate(&self, grant: Grant, codes: NewCodeSet) -> Result<GrantUse, PortError> {
        code_sets::generate(self, grant, codes).await
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "mfa.keep_valid_codes"))]
    async fn keep_valid_codes(
        &self,
        user: &UserId,
        session: &SessionId,
    ) -> Result<CodeSetChange, PortError> {
        code_sets::keep_valid(self, user, session).await
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "mfa.delete"))]
    async fn delete(&self, deletion: Deletion) -> Result<MethodDeletion, PortError> {
        let mut write = self.write().await?;
        let answer = methods::delete(&mut write, &deletion).await?;
        let event = Event::done(Action::MethodDelete).of(&deletion.grant.user);
        let event = match deletion.grant.intent.method() {
            Some(method) => event.saying(method.as_str()),
            None => event,
        };
        let is_deleted = matches!(answer, MethodDeletion::Deleted { .. });
        write.commit_if(is_deleted, event).await?;
        Ok(answer)
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "mfa.test"))]
    async fn test(&self, code: TestedCode) -> Result<CodeUse, PortError> {
        let mut write = self.write().await?;
        if !locks::admitted(&mut write, &code.user).await? {
            write.rollback().await?;
            return Ok(CodeUse::SessionGone);
        }
        if !methods::burn(&mut write, &code.user, &code.method, code.step, code.at).await? {
            write.rollback().await?;
            return Ok(CodeUse::AlreadyUsed);
        }
        guess_budgets::give_back(&mut write, &code.user, &code.session).await?;
        let event = application(Action::MethodTest, &code.user);
        write.commit(event).await?;
        Ok(CodeUse::Accepted)
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "mfa.test_key"))]
    async fn test_key(&self, key: TestedKey) -> Result<CodeUse, PortError> {
        let mut write = self.write().await?;
        if !locks::admitted(&mut write, &key.user).await?
            || !locks::session(&mut write, &key.session, &key.user).await?
        {
            write.rollback().await?;
            return Ok(CodeUse::SessionGone);
        }
        if !public_keys::store_use(&mut write, &key.user, &key.key, key.at).await? {
            write.rollback().await?;
            return Ok(CodeUse::AlreadyUsed);
        }
        let event = Event::done(Action::MethodTest).of(&key.user);
        // A key can sign as often as it is asked, without a pause between time steps.
        let event = EventNote::Repeated(event.with(kind_of_key(&key.key)));
        write.commit(event).await?;
        Ok(CodeUse::Accepted)
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "mfa.rename"))]
    async fn rename(
        &self,
        user: &UserId,
        method: &MethodId,
        name: MethodName,
    ) -> Result<MethodChange, PortError> {
        let mut write = self.write().await?;
        locks::person(&mut write, user).await?;
        let update = methods::rename(&mut write, user, method, &name).await?;
        let event = Event::done(Action::MethodRename).of(user);
        note_update(write, update, event.saying(method.as_str())).await
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "mfa.make_default"))]
    async fn make_default(
        &self,
        user: &UserId,
        method: &MethodId,
    ) -> Result<MethodChange, PortError> {
        let mut write = self.write().await?;
        locks::person(&mut write, user).await?;
        let update = methods::make_default(&mut write, user, method).await?;
        let event = Event::done(Action::MethodDefault).of(user);
        note_update(write, update, event.saying(method.as_str())).await
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "mfa.reset_by_operator"))]
    async fn reset_by_operator(&self, user: &UserId) -> Result<MethodChange, PortError> {
        let mut write = self.write().await?;
        locks::person(&mut write, user).await?;
        let had_method = methods::reset(&mut write, user).await?;
        let event = Event::done(Action::MethodReset).of(user);
        write.commit_if(had_method, event).await?;
        Ok(method_change(had_method))
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "mfa.keep_pending_codes"))]
    async fn keep_pending_codes(
        &self,
        user: &UserId,
        codes: NewCodeSet,
    ) -> Result<CodeSetChange, PortError> {
        code_sets::keep_pending(self, user, codes).await
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "mfa.drew_codes"))]
    async fn drew_codes(
        &self,
        user: &UserId,
        session: &SessionId,
    ) -> Result<Option<Timestamp>, PortError> {
        code_sets::newest_drawn(self, user, session).await
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "mfa.finish_codes"))]
    async fn finish_codes(
        &self,
        user: &UserId,
        session: &SessionId,
        set: &CodeSetId,
        now: Timestamp,
    ) -> Result<CodeSetChange, PortError> {
        code_sets::finish(self, user, session, set, now).await
    }
}

const fn grant_use(is_done: bool) -> GrantUse {
    if is_done {
        GrantUse::Done
    } else {
        GrantUse::NoGrant
    }
}

/// Commits a change of a method with its event. Nothing is stored or recorded if the method is so
/// already, or gone.
async fn note_update(
    write: WriteTransaction,
    update: MethodUpdate,
    event: Event,
) -> Result<MethodChange, PortError> {
    if update == MethodUpdate::Changed {
        write.commit(EventNote::Repeated(event)).await?;
    } else {
        write.rollback().await?;
    }
    Ok(method_change(update != MethodUpdate::NoMethod))
}

const fn method_change(had_method: bool) -> MethodChange {
    if had_method {
        MethodChange::Done
    } else {
        MethodChange::NoMethod
    }
}

/// Refuses a sealed row of a retired master key.
async fn refuse_retired(
    write: &mut WriteTransaction,
    store: &Store,
    sealed: Option<&Sealed>,
) -> Result<(), PortError> {
    match sealed {
        Some(sealed) => servers::refuse_retired(write, store.engine(), &sealed.key_id).await,
        None => Ok(()),
    }
}

fn kind_of_key(key: &KeyUse) -> MethodKind {
    MethodType::from(key.kind).into()
}

fn application(action: Action, user: &UserId) -> Event {
    Event::done(action).of(user).with(MethodKind::Application)
}
