//! Step-ups: the action that a session asks to verify for, the grant that a correct code turns it
//! into, and its single use.

use async_trait::async_trait;
use domain::{
    events::{self, Event, MethodKind},
    ids::{SessionId, UserId},
    ports::{CodeUse, Grant, PortError, Proof, RecoveryGrant, StepUp, StepUps, Verification},
    second_factor::step_up::{ActionError, Intent, ProtectedAction},
    time::Timestamp,
};
use sqlx::any::AnyRow;
use tracing::instrument;

use crate::{
    Store,
    engine::{
        error::damaged,
        locks,
        rows::Values,
        statement::{Statement, query},
        transaction::{EventNote, WriteTransaction},
    },
    mfa::{backup_codes, kind_of_key, methods, public_keys},
    sign_in::{guess_budgets, sessions},
};

const FIND: &str = "
    SELECT action, target, method_id, asked_at, granted_at
    FROM step_ups
    WHERE session_id = $1";

const DELETE: &str = "
    DELETE FROM step_ups
    WHERE session_id = $1";

/// Reads the session and the method, so that both must be the user's.
const INSERT: &str = "
    INSERT INTO step_ups (session_id, user_id, method_id, action, target, asked_at, granted_at)
    SELECT s.id, s.user_id, m.id, $4, $5, $6, $7
    FROM sessions s
    JOIN mfa_methods m ON m.user_id = s.user_id
    WHERE s.id = $1 AND s.user_id = $2 AND m.id = $3";

const GRANT: &str = "
    UPDATE step_ups
    SET granted_at = $6
    WHERE session_id = $1 AND user_id = $2 AND action = $3 AND target = $4
        AND method_id = $5 AND granted_at IS NULL";

const TAKE_GRANT: &str = "
    DELETE FROM step_ups
    WHERE session_id = $1 AND user_id = $2 AND action = $3 AND target = $4 AND granted_at > $5
        AND method_id IN (SELECT id FROM mfa_methods WHERE user_id = $2)
    RETURNING granted_at";

/// A session that still owes its second factor must complete its sign-in, and can't step up.
pub const RENEW_SESSION: &str = "
    UPDATE sessions
    SET token_hash = $3, seen_at = $4
    WHERE id = $1 AND token_hash = $2 AND user_id = $5 AND second_factor_at IS NOT NULL";

/// Uses up a sign-in by backup code after `$3`.
const SPEND_RECOVERY: &str = "
    UPDATE sessions
    SET recovered_at = NULL
    WHERE id = $1 AND user_id = $2 AND recovered_at > $3";

#[async_trait]
impl StepUps for Store {
    #[instrument(level = "debug", skip_all, fields(db.operation.name = "step_ups.ask"))]
    async fn ask(
        &self,
        session: &SessionId,
        user: &UserId,
        asked: StepUp,
    ) -> Result<(), PortError> {
        let mut write = self.write().await?;
        locks::person(&mut write, user).await?;
        put(&mut write, session, user, &asked, None).await?;
        // A request alone changes nothing that an event has to record.
        write.commit(EventNote::Nothing).await
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "step_ups.asked"))]
    async fn asked(&self, session: &SessionId) -> Result<Option<StepUp>, PortError> {
        let row = self.row(query(FIND).bind(session.as_str())).await?;
        row.as_ref().map(step_up).transpose()
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "step_ups.forget"))]
    async fn forget(&self, session: &SessionId) -> Result<(), PortError> {
        let mut write = self.write().await?;
        write.run(query(DELETE).bind(session.as_str())).await?;
        write.commit(EventNote::Nothing).await
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "step_ups.verify"))]
    async fn verify(&self, verification: Verification) -> Result<CodeUse, PortError> {
        let mut write = self.write().await?;
        let answer = verify(&mut write, &verification).await?;
        let method = match &verification.proof {
            Proof::Step { .. } => MethodKind::Application,
            Proof::Key(key) => kind_of_key(key),
            Proof::BackupCode(_) => MethodKind::BackupCode,
        };
        let event = granted_to(&verification.user, &verification.intent).with(method);
        let event = match verification.proof {
            // A key can sign as often as it is asked; a code works once.
            Proof::Key(_) => EventNote::Repeated(event),
            Proof::Step { .. } | Proof::BackupCode(_) => event.into(),
        };
        write.commit_if(answer == CodeUse::Accepted, event).await?;
        Ok(answer)
    }

    #[instrument(
        level = "debug",
        skip_all,
        fields(db.operation.name = "step_ups.grant_by_recovery")
    )]
    async fn grant_by_recovery(
        &self,
        session: &SessionId,
        user: &UserId,
        asked: StepUp,
        lapsed: Timestamp,
        proved_at: Timestamp,
    ) -> Result<RecoveryGrant, PortError> {
        if !asked.intent.follows_recovery() {
            return Ok(RecoveryGrant::NoRecovery);
        }
        let mut write = self.write().await?;
        let spend = query(SPEND_RECOVERY)
            .bind(session.as_str())
            .bind(user.as_str())
            .bind(lapsed.millis());
        let granted = locks::admitted(&mut write, user).await?
            && write.run(spend).await? == 1
            && put(&mut write, session, user, &asked, Some(proved_at)).await?;
        // The backup code was used at the sign-in.
        let event = granted_to(user, &asked.intent).with(MethodKind::BackupCode);
        write.commit_if(granted, event).await?;
        Ok(if granted {
            RecoveryGrant::Granted
        } else {
            RecoveryGrant::NoRecovery
        })
    }
}

fn granted_to(user: &UserId, intent: &Intent) -> Event {
    let event = Event::done(events::Action::StepUp)
        .of(user)
        .saying(intent.action().as_str());
    match intent {
        Intent::RuleOff { account } | Intent::MemberReset { account, .. } => event.at(account),
        Intent::Add | Intent::Reset { .. } | Intent::Delete { .. } | Intent::Generate => event,
    }
}

/// Takes a grant for `action`. Only the call that deletes the row gets it. A grant is not valid for
/// any other action, method or session.
pub async fn consume(
    write: &mut WriteTransaction,
    grant: &Grant,
    action: ProtectedAction,
) -> Result<bool, PortError> {
    Ok(take(write, grant, action).await?.is_some())
}

/// Takes a grant as [`consume`] does, and returns when it was given.
pub async fn take(
    write: &mut WriteTransaction,
    grant: &Grant,
    action: ProtectedAction,
) -> Result<Option<Timestamp>, PortError> {
    if grant.intent.action() != action
        || !locks::session(write, &grant.session, &grant.user).await?
    {
        return Ok(None);
    }
    let take = query(TAKE_GRANT)
        .bind(grant.session.as_str())
        .bind(grant.user.as_str())
        .bind(action.as_str())
        .bind(grant.intent.target())
        .bind(grant.lapsed.millis());
    let taken = write.row(take).await?;
    taken.map(|row| row.at("granted_at")).transpose()
}

/// Stores `asked` and replaces the session's earlier request; false if the session or the method is
/// not the user's any more.
async fn put(
    write: &mut WriteTransaction,
    session: &SessionId,
    user: &UserId,
    asked: &StepUp,
    granted_at: Option<Timestamp>,
) -> Result<bool, PortError> {
    if !locks::session(write, session, user).await? {
        return Ok(false);
    }
    write.run(query(DELETE).bind(session.as_str())).await?;
    let insert = query(INSERT)
        .bind(session.as_str())
        .bind(user.as_str())
        .bind(asked.method.as_str())
        .bind(asked.intent.action().as_str())
        .bind(asked.intent.target())
        .bind(asked.asked_at.millis())
        .bind(granted_at.map(Timestamp::millis));
    Ok(write.run(insert).await? == 1)
}

fn step_up(row: &AnyRow) -> Result<StepUp, PortError> {
    let target: String = row.value("target")?;
    let intent = Intent::stored(row.value("action")?, &target);
    Ok(StepUp {
        intent: intent.ok_or_else(|| damaged(ActionError))?,
        method: row.value("method_id")?,
        asked_at: row.at("asked_at")?,
        granted_at: row.maybe_at("granted_at")?,
    })
}

async fn verify(
    write: &mut WriteTransaction,
    verification: &Verification,
) -> Result<CodeUse, PortError> {
    let Verification { swap, user, at, .. } = verification;
    let renew = sessions::bind_swap(query(RENEW_SESSION), swap, *at).bind(user.as_str());
    if !locks::admitted(write, user).await?
        || write.run(renew).await? != 1
        || write.run(grant_statement(verification)).await? != 1
    {
        return Ok(CodeUse::SessionGone);
    }
    let is_spent = match &verification.proof {
        Proof::Step { method, step } => methods::burn(write, user, method, *step, *at).await?,
        Proof::Key(key) => public_keys::store_use(write, user, key, *at).await?,
        Proof::BackupCode(code) => backup_codes::spend(write, user, code, *at).await?,
    };
    if !is_spent {
        return Ok(CodeUse::AlreadyUsed);
    }
    match verification.proof {
        Proof::Step { .. } => guess_budgets::give_back(write, user, &swap.session).await?,
        // A signature is no guess, so it was not counted.
        Proof::Key(_) => {}
        // A backup code unlocks, as at sign-in; otherwise a locked authenticator could not even be
        // reset.
        Proof::BackupCode(_) => {
            guess_budgets::unlock_by_backup_code(write, user, &swap.session).await?;
        }
    }
    Ok(CodeUse::Accepted)
}

fn grant_statement(verification: &Verification) -> Statement {
    query(GRANT)
        .bind(verification.swap.session.as_str())
        .bind(verification.user.as_str())
        .bind(verification.intent.action().as_str())
        .bind(verification.intent.target())
        .bind(verification.method.as_str())
        .bind(verification.at.millis())
}
