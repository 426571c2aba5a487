//! People from another program: every line of their file is judged first, and then all of them are
//! added, or none.

mod compare;
mod refusal;
mod seal;

use std::{
    collections::{BTreeSet, HashMap},
    hash::{BuildHasher, RandomState},
};

use domain::{
    ids::{AccountId, UserId},
    imports::{Field, LineError, LineReader, Note, Person, looks_like_secret},
    people::{email::Email, names::AccountName, roles::Role},
    ports::{AccountRecord, ImportResult, ImportedUser, PortError},
    second_factor::totp::newest_step,
    secrets::imported_hash::Argon2Cost,
};
use futures_util::future::try_join_all;

use super::Operator;
use seal::{method, needs_hash, seal};

pub use refusal::{Difference, Mismatch, Refusal};

/// Hashes that wait together: enough for every thread of the hasher, and within the operator's
/// permits.
const TOGETHER: usize = 32;

/// The judged lines of one file.
pub struct ImportPlan {
    reader: LineReader,
    number: usize,
    accounts: Vec<AccountRecord>,
    /// The line of each address.
    seen: HashMap<String, usize>,
    /// The line of each authenticator's key, by a hash that is drawn for this file.
    seen_keys: HashMap<u64, usize>,
    key_hash: RandomState,
    people: Vec<(Person, AccountId)>,
    /// The accounts of the people who are added or exist already.
    touched: BTreeSet<AccountId>,
    lines: Vec<JudgedLine>,
    is_ended: bool,
}

/// A line of the file and what becomes of it.
pub struct JudgedLine {
    /// The line's number, from 1.
    pub number: usize,
    /// The person's address, if it could be read.
    pub email: Option<Email>,
    /// What becomes of it.
    pub verdict: LineVerdict,
}

/// What becomes of a line.
pub enum LineVerdict {
    /// The person is added.
    Added {
        /// The account's name.
        account: AccountName,
        /// The role in it.
        role: Role,
        /// Whether a password comes along.
        has_password: bool,
        /// Whether an authenticator comes along.
        has_method: bool,
        /// Whether the person can't sign in.
        disabled: bool,
        /// What can't be taken.
        notes: Vec<Note>,
    },
    /// The person exists with the same data, and is left alone.
    Unchanged,
    /// The line is refused, and with it the whole file.
    Refused(Refusal),
}

impl ImportPlan {
    /// Starts with the accounts that exist.
    pub async fn start(operator: &Operator) -> Result<Self, PortError> {
        Ok(Self {
            reader: LineReader::default(),
            number: 0,
            accounts: operator.services.accounts.list().await?,
            seen: HashMap::new(),
            seen_keys: HashMap::new(),
            key_hash: RandomState::new(),
            people: Vec::new(),
            touched: BTreeSet::new(),
            lines: Vec::new(),
            is_ended: false,
        })
    }

    /// Judges the next line, with its newline, which only the last one may lack. Changes nothing.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn judge(&mut self, operator: &Operator, line: &[u8]) -> Result<(), PortError> {
        self.number += 1;
        let refused = |error| LineVerdict::Refused(Refusal::Line(error));
        let (email, verdict) = match self.reader.read(line) {
            Ok(None) => return Ok(()),
            Ok(Some(row)) => match Person::judge(&row, Argon2Cost::STANDARD) {
                Ok(person) => {
                    let email = person.email.clone();
                    (Some(email), self.place(operator, person).await?)
                }
                Err(error) => (row.email(), refused(error)),
            },
            Err(error) => {
                self.is_ended = self.reader.is_without_form() || error == LineError::TooMany;
                (None, refused(error))
            }
        };
        self.lines.push(JudgedLine {
            number: self.number,
            email,
            verdict,
        });
        Ok(())
    }

    async fn place(
        &mut self,
        operator: &Operator,
        person: Person,
    ) -> Result<LineVerdict, PortError> {
        let refused = |refusal| Ok(LineVerdict::Refused(refusal));
        let address = person.email.as_str().to_owned();
        if let Some(line) = self.seen.get(&address) {
            return refused(Refusal::SameAddress { line: *line });
        }
        self.seen.insert(address, self.number);
        if let Some((key, _)) = &person.method {
            let hash = self.key_hash.hash_one(key.expose());
            if let Some(line) = self.seen_keys.insert(hash, self.number) {
                return refused(Refusal::SameKey { line });
            }
        }
        let key = person.account.search_key();
        let mut accounts = self.accounts.iter();
        let Some(account) = accounts.find(|account| account.name.search_key() == key) else {
            return refused(if looks_like_secret(person.account.as_str()) {
                Refusal::Line(LineError::Secret(Field::Account))
            } else {
                Refusal::NoAccount(person.account)
            });
        };
        self.touched.insert(account.id.clone());
        let users = &operator.services.users;
        if let Some(credentials) = users.credentials(&person.email).await?
            && let Some(user) = users.find(&credentials.user).await?
        {
            let existing = compare::Existing {
                user: &user,
                credentials: &credentials,
            };
            let differences = existing.differences(operator, &person, account).await?;
            return Ok(if differences.is_empty() {
                LineVerdict::Unchanged
            } else {
                LineVerdict::Refused(Refusal::Conflict(differences))
            });
        }
        let verdict = LineVerdict::Added {
            account: account.name.clone(),
            role: person.role,
            has_password: person.password.is_some(),
            has_method: person.method.is_some(),
            disabled: person.disabled,
            notes: person.notes(account.requires_mfa),
        };
        self.people.push((person, account.id.clone()));
        Ok(verdict)
    }

    /// Whether further lines have no meaning: the first one is no header, or there are too many.
    #[must_use]
    pub const fn is_ended(&self) -> bool {
        self.is_ended
    }

    /// How many lines were read.
    #[must_use]
    pub const fn lines_read(&self) -> usize {
        self.number
    }

    /// The judged lines, without empty ones and the header.
    #[must_use]
    pub fn lines(&self) -> &[JudgedLine] {
        &self.lines
    }

    /// Whether a line is refused, so that nothing may be imported.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        let mut lines = self.lines.iter();
        lines.any(|line| matches!(line.verdict, LineVerdict::Refused(_)))
    }

    /// The accounts of the file that have no enabled Owner, or would have none after the import.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn accounts_without_owner(
        &self,
        operator: &Operator,
    ) -> Result<Vec<AccountName>, PortError> {
        let users = operator.services.users.list().await?;
        let mut owned: BTreeSet<&AccountId> = BTreeSet::new();
        for (person, account) in &self.people {
            if person.role == Role::Owner && !person.disabled {
                owned.insert(account);
            }
        }
        for user in users.iter().filter(|user| !user.disabled) {
            let roles = user.accounts.iter();
            let of_owner = roles.filter(|(_, role)| *role == Role::Owner);
            owned.extend(of_owner.map(|(account, _)| &account.id));
        }
        let accounts = self.accounts.iter();
        let without = accounts
            .filter(|account| self.touched.contains(&account.id) && !owned.contains(&account.id));
        Ok(without.map(|account| account.name.clone()).collect())
    }

    /// Adds all new people in one transaction. `progress` is told how many of how many passwords
    /// are sealed; people without an old hash are not counted.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn carry_out(
        &mut self,
        operator: &Operator,
        mut progress: impl FnMut(usize, usize),
    ) -> Result<ImportResult, PortError> {
        let services = &operator.services;
        let people = std::mem::take(&mut self.people);
        let all = people
            .iter()
            .filter(|(person, _)| needs_hash(person))
            .count();
        let mut sealed_count = 0;
        let mut passwords = Vec::with_capacity(people.len());
        for some in people.chunks(TOGETHER) {
            let sealed = some.iter().map(|(person, _)| seal(operator, person));
            passwords.extend(try_join_all(sealed).await?);
            sealed_count += some.iter().filter(|(person, _)| needs_hash(person)).count();
            progress(sealed_count, all);
        }
        // The clock is read again: a code that the other program took meanwhile must not work
        // again here.
        let now = services.clock.now();
        let mut users = Vec::with_capacity(people.len());
        for ((person, account), password) in people.into_iter().zip(passwords) {
            let id = UserId::from_random(services.entropy.draw()?);
            let method = match person.method {
                Some((key, name)) => Some(method(operator, &id, &key, name, newest_step(now))?),
                None => None,
            };
            users.push(ImportedUser {
                id,
                email: person.email,
                name: person.name,
                account,
                role: person.role,
                password,
                method,
                disabled: person.disabled,
            });
        }
        services.imports.import(users, now).await
    }
}
