//! Implements the port [`Challenges`]: challenges that are answered once, and the handles of users.

use async_trait::async_trait;
use domain::{
    ids::{MethodId, SessionId, UserId},
    ports::{ChallengeAdmission, Challenges, NewChallenge, PortError, TakenChallenge},
    time::Timestamp,
    webauthn::{
        options::MAX_CHALLENGES,
        pace::{MAX_ANSWERS, next_challenge_at},
        values::{ChallengeHash, UserHandle},
    },
};
use sqlx::any::AnyRow;
use tracing::instrument;

use crate::{
    Store,
    engine::{
        batch::Batch,
        error::{damaged, port},
        locks,
        rows::Values,
        statement::{Statement, query},
        transaction::{EventNote, WriteTransaction},
    },
};

/// Reads the session, so that it must be the user's.
const INSERT: &str = "
    INSERT INTO challenges (challenge_hash, session_id, user_id, purpose, made_at, method_id)
    SELECT $1, s.id, s.user_id, $4, $5, $6
    FROM sessions s
    WHERE s.id = $2 AND s.user_id = $3";

/// Keeps the challenge `$2`, which is new, whatever the clock said before.
const DELETE_SURPLUS: &str = "
    DELETE FROM challenges
    WHERE challenge_hash IN (
        SELECT challenge_hash
        FROM challenges
        WHERE session_id = $1 AND challenge_hash <> $2 AND answered_at IS NULL
        ORDER BY made_at DESC, challenge_hash
        LIMIT 1000000 OFFSET $3
    )";

/// The answers before the last `$2`, which count no more.
const DELETE_OLD_ANSWERS: &str = "
    DELETE FROM challenges
    WHERE challenge_hash IN (
        SELECT challenge_hash
        FROM challenges
        WHERE session_id = $1 AND answered_at IS NOT NULL
        ORDER BY answered_at DESC, challenge_hash
        LIMIT 1000000 OFFSET $2
    )";

/// When the oldest of the last answers was given; `$2` is one less than how many.
const ANSWERED: &str = "
    SELECT answered_at
    FROM challenges
    WHERE session_id = $1 AND answered_at IS NOT NULL
    ORDER BY answered_at DESC, challenge_hash
    LIMIT 1 OFFSET $2";

const TAKE: &str = "
    UPDATE challenges
    SET answered_at = $3
    WHERE challenge_hash = $1 AND session_id = $2 AND answered_at IS NULL
    RETURNING purpose, method_id, made_at";

/// The answered ones stay, because they count for the pace.
const DELETE_OF_USER: &str = "
    DELETE FROM challenges
    WHERE user_id = $1 AND answered_at IS NULL";

const HANDLE: &str = "
    SELECT handle
    FROM users
    WHERE id = $1";

const KEEP_HANDLE: &str = "
    UPDATE users
    SET handle = $2
    WHERE id = $1 AND handle IS NULL";

#[async_trait]
impl Challenges for Store {
    #[instrument(level = "debug", skip_all, fields(db.operation.name = "challenges.keep"))]
    async fn keep(&self, challenge: NewChallenge) -> Result<ChallengeAdmission, PortError> {
        let NewChallenge {
            session, user, at, ..
        } = &challenge;
        let mut write = self.write().await?;
        locks::person(&mut write, user).await?;
        if !locks::session(&mut write, session, user).await? {
            write.rollback().await?;
            return Ok(ChallengeAdmission::SessionGone);
        }
        let answered = write.row(answered_statement(session)).await?;
        let answered = answered.map(|row| row.at("answered_at")).transpose()?;
        if let Some(until) = answered.and_then(|answered| next_challenge_at(answered, *at)) {
            write.rollback().await?;
            return Ok(ChallengeAdmission::TooMany { until });
        }
        let mut batch = Batch::default();
        let insert = batch.add(insert_statement(&challenge));
        batch.add(delete_surplus_statement(&challenge));
        batch.add(delete_old_answers_statement(session));
        let is_kept = write.run_batch(batch).await?[insert].changed == 1;
        // A challenge alone changes nothing that an event has to record.
        write.commit_if(is_kept, EventNote::Nothing).await?;
        Ok(if is_kept {
            ChallengeAdmission::Kept
        } else {
            ChallengeAdmission::SessionGone
        })
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "challenges.take"))]
    async fn take(
        &self,
        session: &SessionId,
        hash: ChallengeHash,
        at: Timestamp,
    ) -> Result<Option<TakenChallenge>, PortError> {
        let mut write = self.write().await?;
        let take = query(TAKE)
            .bind(hash.as_bytes().as_slice())
            .bind(session.as_str())
            .bind(at.millis());
        let taken = write.row(take).await?;
        let taken = taken.as_ref().map(read).transpose()?;
        // The answer to the challenge is recorded when it is judged.
        write.commit_if(taken.is_some(), EventNote::Nothing).await?;
        Ok(taken)
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "challenges.user_handle"))]
    async fn user_handle(&self, user: &UserId, drawn: UserHandle) -> Result<UserHandle, PortError> {
        if let Some(stored) = self.known_handle(user).await? {
            return Ok(stored);
        }
        let mut write = self.write().await?;
        let keep = query(KEEP_HANDLE)
            .bind(user.as_str())
            .bind(drawn.as_bytes().as_slice());
        write.run(keep).await?;
        // Another request may have stored one first.
        let stored = handle(write.row(handle_statement(user)).await?)?;
        write
            .commit_if(stored.is_some(), EventNote::Nothing)
            .await?;
        stored.ok_or_else(|| port(sqlx::Error::RowNotFound))
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "challenges.known_handle"))]
    async fn known_handle(&self, user: &UserId) -> Result<Option<UserHandle>, PortError> {
        handle(self.row(handle_statement(user)).await?)
    }
}

/// Deletes the user's open challenges, so that no answer to one of them counts any more.
pub async fn delete_of_user(write: &mut WriteTransaction, user: &UserId) -> Result<(), PortError> {
    let delete = query(DELETE_OF_USER).bind(user.as_str());
    write.run(delete).await.map(drop)
}

fn insert_statement(challenge: &NewChallenge) -> Statement {
    query(INSERT)
        .bind(challenge.hash.as_bytes().as_slice())
        .bind(challenge.session.as_str())
        .bind(challenge.user.as_str())
        .bind(challenge.purpose.as_str())
        .bind(challenge.at.millis())
        .bind(challenge.method.as_ref().map(MethodId::as_str))
}

fn answered_statement(session: &SessionId) -> Statement {
    query(ANSWERED)
        .bind(session.as_str())
        .bind(i64::from(MAX_ANSWERS) - 1)
}

fn delete_old_answers_statement(session: &SessionId) -> Statement {
    query(DELETE_OLD_ANSWERS)
        .bind(session.as_str())
        .bind(i64::from(MAX_ANSWERS))
}

fn delete_surplus_statement(challenge: &NewChallenge) -> Statement {
    query(DELETE_SURPLUS)
        .bind(challenge.session.as_str())
        .bind(challenge.hash.as_bytes().as_slice())
        .bind(i64::from(MAX_CHALLENGES) - 1)
}

fn read(row: &AnyRow) -> Result<TakenChallenge, PortError> {
    Ok(TakenChallenge {
        purpose: row.value("purpose")?,
        method: row.maybe("method_id")?,
        made_at: row.at("made_at")?,
    })
}

fn handle_statement(user: &UserId) -> Statement {
    query(HANDLE).bind(user.as_str())
}

fn handle(row: Option<AnyRow>) -> Result<Option<UserHandle>, PortError> {
    let row = row.ok_or_else(|| port(sqlx::Error::RowNotFound))?;
    let Some(bytes) = row.maybe_bytes("handle")? else {
        return Ok(None);
    };
    let bytes = bytes.as_slice().try_into().map_err(damaged)?;
    Ok(Some(UserHandle::from_bytes(bytes)))
}
