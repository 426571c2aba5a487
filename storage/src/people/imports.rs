//! People who come from another program, and the passwords that they bring.

use std::collections::BTreeSet;

use async_trait::async_trait;
use domain::{
    events::{Action, Event},
    ids::UserId,
    ports::{ImportResult, ImportedUser, Imports, PortError, Rehash, SecretHash},
    second_factor::methods::MethodType,
    secrets::imported_hash::SlowestDigest,
    time::Timestamp,
};
use tracing::instrument;

use crate::{
    Store,
    engine::{
        batch::Batch,
        locks,
        rows::Values,
        statement::{Statement, query},
        transaction::{EventNote, WriteTransaction},
    },
};

/// People whose rows are sent together.
const TOGETHER: usize = 50;

const END_SET_UP: &str = "DELETE FROM set_up_link";

const INSERT_USER: &str = "
    INSERT INTO users (
        id, email, name, name_folded, password_hash, disabled, created_at, is_canonical
    )
    VALUES ($1, $2, $3, $4, $5, $6, $7, 1)
    ON CONFLICT (email) DO NOTHING";

const JOIN: &str = "
    INSERT INTO memberships (user_id, account_id, role)
    SELECT u.id, $2, $3
    FROM users u
    WHERE u.id = $1";

/// Like [`JOIN`], these insert nothing for a user whose address was taken, so that the whole batch
/// runs and the row count of [`INSERT_USER`] decides.
const INSERT_METHOD: &str = "
    INSERT INTO mfa_methods (id, user_id, name, added_at, used_at, kind, is_default)
    SELECT $2, u.id, $3, $4, NULL, $5, 1
    FROM users u
    WHERE u.id = $1";

const INSERT_KEY: &str = "
    INSERT INTO app_keys (method_id, key_id, sealed_key, last_step)
    SELECT m.id, $2, $3, $4
    FROM mfa_methods m
    WHERE m.id = $1";

/// A disabled user's hash is never computed, so it does not count. The mark and the four digits
/// are those of `domain::secrets::imported_hash::StoredHash`.
const SLOWEST: &str = "
    SELECT password_hash
    FROM users
    WHERE substr(password_hash, 1, 9) = 'imported:' AND disabled = 0
        AND substr(password_hash, 10, 4) = (
            SELECT MAX(substr(password_hash, 10, 4))
            FROM users
            WHERE substr(password_hash, 1, 9) = 'imported:' AND disabled = 0
        )
    LIMIT 1";

const REHASH: &str = "
    UPDATE users
    SET password_hash = $3
    WHERE id = $1 AND password_hash = $2 AND disabled = 0";

#[async_trait]
impl Imports for Store {
    #[instrument(level = "debug", skip_all, fields(db.operation.name = "imports.import"))]
    async fn import(
        &self,
        people: Vec<ImportedUser>,
        at: Timestamp,
    ) -> Result<ImportResult, PortError> {
        let mut write = self.write().await?;
        // Before the new rows, in the order of `Users::create_first_owner`, because the opposite
        // order could deadlock.
        write.run(query(END_SET_UP)).await?;
        let accounts: BTreeSet<_> = people.iter().map(|person| &person.account).collect();
        for account in accounts {
            if !locks::account(&mut write, account).await? {
                write.rollback().await?;
                return Ok(ImportResult::AccountGone);
            }
        }
        for some in people.chunks(TOGETHER) {
            if let Some(taken) = insert(&mut write, some, at).await? {
                write.rollback().await?;
                return Ok(ImportResult::AddressTaken(taken.email.clone()));
            }
        }
        // Each person has an event in the batch of their rows.
        write.commit(EventNote::Nothing).await?;
        Ok(ImportResult::Imported)
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "imports.slowest_digest"))]
    async fn slowest_digest(&self) -> Result<Option<SlowestDigest>, PortError> {
        let row = self.row(query(SLOWEST)).await?;
        let stored = row.map(|row| row.secret("password_hash"));
        let stored = stored.transpose()?.flatten();
        Ok(stored.as_ref().map(SlowestDigest::of_stored))
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "imports.rehash"))]
    async fn rehash(
        &self,
        user: &UserId,
        old: &SecretHash,
        new: &SecretHash,
    ) -> Result<Rehash, PortError> {
        let mut write = self.write().await?;
        let rehash = query(REHASH)
            .bind(user.as_str())
            .bind(old.expose())
            .bind(new.expose());
        let is_replaced = write.run(rehash).await? == 1;
        // The password stays the same; the sign-in has its own event.
        write.commit_if(is_replaced, EventNote::Nothing).await?;
        Ok(if is_replaced {
            Rehash::Replaced
        } else {
            Rehash::Changed
        })
    }
}

/// Inserts some people with their events. Returns the first whose address another user has.
async fn insert<'a>(
    write: &mut WriteTransaction,
    people: &'a [ImportedUser],
    at: Timestamp,
) -> Result<Option<&'a ImportedUser>, PortError> {
    let mut batch = Batch::default();
    let mut users = Vec::with_capacity(people.len());
    for person in people {
        users.push(batch.add(user_statement(person, at)));
        let join = query(JOIN)
            .bind(person.id.as_str())
            .bind(person.account.as_str())
            .bind(person.role.as_str());
        batch.add(join);
        batch.add_all(method_statements(person, at));
        let event = Event::done(Action::UserImport)
            .of(&person.id)
            .at(&person.account)
            .saying(person.role.as_str());
        batch.add(write.event_statement(&event));
    }
    let results = write.run_batch(batch).await?;
    let mut inserted = people.iter().zip(users);
    let taken = inserted.find(|(_, user)| results[*user].changed != 1);
    Ok(taken.map(|(person, _)| person))
}

fn user_statement(person: &ImportedUser, at: Timestamp) -> Statement {
    query(INSERT_USER)
        .bind(person.id.as_str())
        .bind(person.email.as_str())
        .bind(person.name.as_str())
        .bind(person.name.search_key())
        .bind(
            person
                .password
                .as_ref()
                .map(|hash| hash.expose().to_owned()),
        )
        .bind(i64::from(person.disabled))
        .bind(at.millis())
}

fn method_statements(person: &ImportedUser, at: Timestamp) -> Vec<Statement> {
    let Some(method) = &person.method else {
        return Vec::new();
    };
    let insert = query(INSERT_METHOD)
        .bind(person.id.as_str())
        .bind(method.id.as_str())
        .bind(method.name.as_str())
        .bind(at.millis())
        .bind(MethodType::Application.as_str());
    let key = query(INSERT_KEY)
        .bind(method.id.as_str())
        .bind(method.key.key_id.as_str())
        .bind(method.key.bytes.as_slice())
        .bind(method.last_step.number());
    vec![insert, key]
}
