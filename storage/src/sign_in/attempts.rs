//! Attempts, counted before they are judged. The rules are in `domain::{lockout, sign_in_delay}`;
//! the statements here and in `guess_budgets` apply them to rows that concurrent requests change,
//! and a test compares both.

use std::time::Duration;

use async_trait::async_trait;
use domain::{
    blind_index::BlindIndex,
    events::{Action, Event, MethodKind, Outcome},
    ids::UserId,
    network::client_address::CountedAddress,
    ports::{Admission, Attempts, PasswordCount, PasswordTry, PortError, Receipt},
    second_factor::{
        guess_holder::GuessHolder,
        lockout::{Budget, Factor},
    },
    session::sign_in_delay::PasswordAttempts,
    time::{TimeStep, Timestamp},
};
use tracing::instrument;

use crate::{
    Store,
    engine::{
        batch::Batch,
        dialect::Engine,
        locks,
        rows::Values,
        transaction::{EventNote, WriteTransaction},
    },
    sign_in::{
        admission,
        guess_budgets::{self, BudgetKey},
        password_receipts, password_tries,
    },
};

/// How often counting is retried if other requests changed the row in the meantime, and how long to
/// wait if all tries fail. With a single writer neither happens.
pub const TRIES: usize = 8;
pub const SHORTLY: Duration = Duration::from_secs(1);

#[async_trait]
impl Attempts for Store {
    #[instrument(
        level = "debug",
        skip_all,
        fields(db.operation.name = "attempts.count_second_factor")
    )]
    async fn count_second_factor(
        &self,
        user: &UserId,
        holder: &GuessHolder,
        factor: Factor,
        now: Timestamp,
    ) -> Result<Budget, PortError> {
        let whose = BudgetKey { user, holder };
        let attempt = |outcome| {
            let action = self.scope.trying(Action::SecondFactor);
            Event::new(action, outcome).of(user).with(kind(factor))
        };
        let failed = attempt(Outcome::Failed);
        let mut write = self.write().await?;
        let mut batch = Batch::default();
        let count = batch.add(whose.count_statement(self.engine(), now));
        let log = &self.scope.attempts;
        let (results, counted) = log.run_attempt(&mut write, batch, &failed).await?;
        if results[count].changed == 1 {
            log.commit_attempt(write, counted).await?;
            return Ok(Budget::Open);
        }
        write.rollback().await?;
        let mut write = self.write().await?;
        let mut budget = Budget::Open;
        for _ in 0..TRIES {
            if counted_at_last(&mut write, self.engine(), whose, factor, now).await? {
                let batch = Batch::default();
                let (_, counted) = log.run_attempt(&mut write, batch, &failed).await?;
                log.commit_attempt(write, counted).await?;
                return Ok(Budget::Open);
            }
            let Some(stands) = whose.read(&mut write).await? else {
                write.rollback().await?;
                return Ok(Budget::Gone);
            };
            budget = stands.budget(factor, now);
            if budget != Budget::Open {
                break;
            }
        }
        // Never return `Open` without having counted the attempt.
        let budget = if budget == Budget::Open {
            Budget::Paused {
                until: now.plus(SHORTLY),
            }
        } else {
            budget
        };
        let limited = EventNote::Repeated(attempt(Outcome::Limited));
        write.commit(limited).await?;
        Ok(budget)
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "attempts.refuse_step"))]
    async fn refuse_step(
        &self,
        user: &UserId,
        holder: &GuessHolder,
        step: TimeStep,
        outcome: Outcome,
    ) -> Result<(), PortError> {
        let whose = BudgetKey { user, holder };
        let mut write = self.write().await?;
        if write.run(whose.give_back_repeated_statement(step)).await? == 0 {
            write.run(whose.note_refused_step_statement(step)).await?;
            return write.commit(EventNote::Nothing).await;
        }
        let action = self.scope.trying(Action::SecondFactor);
        let repeated = Event::new(action, outcome)
            .of(user)
            .with(kind(Factor::Application));
        self.scope.attempts.commit_returned(write, repeated).await
    }

    #[instrument(
        level = "debug",
        skip_all,
        fields(db.operation.name = "attempts.give_back_unjudged")
    )]
    async fn give_back_unjudged(
        &self,
        user: &UserId,
        holder: &GuessHolder,
    ) -> Result<(), PortError> {
        let mut write = self.write().await?;
        let whose = BudgetKey { user, holder };
        write.run(whose.give_back_statement()).await?;
        let action = self.scope.trying(Action::SecondFactor);
        let damaged = Event::new(action, Outcome::Damaged)
            .of(user)
            .with(kind(Factor::Application));
        self.scope.attempts.commit_returned(write, damaged).await
    }

    #[instrument(
        level = "debug",
        skip_all,
        fields(db.operation.name = "attempts.refused_in_a_row")
    )]
    async fn refused_in_a_row(
        &self,
        user: &UserId,
        holder: &GuessHolder,
    ) -> Result<u32, PortError> {
        let row = self
            .row(BudgetKey { user, holder }.refused_in_a_row_statement())
            .await?;
        row.map_or(Ok(0), |row| row.count("in_a_row"))
    }

    #[instrument(
        level = "debug",
        skip_all,
        fields(db.operation.name = "attempts.refused_from_memory")
    )]
    fn refused_from_memory(&self, address: &CountedAddress, now: Timestamp) -> Option<Timestamp> {
        let until = self.scope.strangers.refused(address, now)?;
        password_tries::merge_refusal(self);
        Some(until)
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "attempts.admit"))]
    async fn admit(&self, attempt: &PasswordTry, now: Timestamp) -> Result<Admission, PortError> {
        let admission = admission::judge(self, attempt, now).await?;
        if matches!(admission, Admission::Refused { .. }) {
            password_tries::note_refusal(self).await?;
        }
        Ok(admission)
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "attempts.count_dead_link"))]
    async fn count_dead_link(
        &self,
        address: &CountedAddress,
        address_limit: u32,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, PortError> {
        admission::count_dead_link(self, address, address_limit, now).await
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "attempts.count_password"))]
    async fn count_password(
        &self,
        attempt: PasswordTry,
        now: Timestamp,
    ) -> Result<PasswordCount, PortError> {
        password_tries::count(self, &attempt, now).await
    }

    #[instrument(
        level = "debug",
        skip_all,
        fields(db.operation.name = "attempts.password_was_right")
    )]
    async fn password_was_right(&self, receipt: Receipt) -> Result<(), PortError> {
        let mut write = self.write().await?;
        let forget = password_receipts::forget_statements(&receipt);
        write.run_batch(forget.into_iter().collect()).await?;
        // The action that the password was given for is the event.
        write.commit(EventNote::Nothing).await?;
        password_receipts::forget_address(self, &receipt);
        Ok(())
    }

    #[instrument(
        level = "debug",
        skip_all,
        fields(db.operation.name = "attempts.password_attempts")
    )]
    async fn password_attempts(&self, email: BlindIndex) -> Result<PasswordAttempts, PortError> {
        password_tries::of_name(self, email).await
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "attempts.unlock"))]
    async fn unlock(&self, user: &UserId, email: BlindIndex) -> Result<u32, PortError> {
        let mut write = self.write().await?;
        // Locks in the order of a sign-in.
        locks::person(&mut write, user).await?;
        write
            .run(password_receipts::forget_name_statement(email))
            .await?;
        let refused = guess_budgets::clear_all(&mut write, user).await?;
        let event = Event::done(Action::UserUnlock)
            .of(user)
            .saying(format!("{refused} in a row"));
        write.commit(event).await?;
        Ok(refused)
    }
}

const fn kind(factor: Factor) -> MethodKind {
    match factor {
        Factor::Application => MethodKind::Application,
        Factor::BackupCode => MethodKind::BackupCode,
    }
}

/// Counts again, because other requests may have changed the row. A backup code has its own budget
/// while the authenticator is locked.
async fn counted_at_last(
    write: &mut WriteTransaction,
    engine: Engine,
    whose: BudgetKey<'_>,
    factor: Factor,
    now: Timestamp,
) -> Result<bool, PortError> {
    if write.run(whose.count_statement(engine, now)).await? == 1 {
        return Ok(true);
    }
    if factor == Factor::Application {
        return Ok(false);
    }
    Ok(write.run(whose.count_when_locked_statement(now)).await? == 1)
}
