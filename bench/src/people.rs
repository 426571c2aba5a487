//! Many people at once, written past the program: what is measured is how they sign in, not how they enrol.

use anyhow::{Context, Result};
use domain::{
    ids::{MethodId, SessionId, UserId},
    ports::{Entropy, Hasher, SecretHash},
    token::Token,
    totp::TotpKey,
    vault::{Place, Vault},
};
use server::{
    config::{Database, DatabaseArgs},
    entropy::SystemEntropy,
    hasher::{Argon2Hasher, Cost},
    keyfile, keys,
};
use sqlx::{Any, AnyConnection, Connection, QueryBuilder};
use storage::Store;

use crate::{
    clock,
    site::{Guest, PASSWORD, Stage},
};

/// People an account.
const ACCOUNT: usize = 5;
/// Rows a statement: engines bound the values that one may hold.
const ROWS: usize = 1000;

/// Somebody with an authenticator.
pub struct Person {
    /// The address.
    pub email: String,
    /// The identifier.
    pub id: UserId,
    key: TotpKey,
    method: MethodId,
}

impl Person {
    fn guest(&self, cookies: String) -> Guest {
        Guest {
            email: self.email.clone(),
            key: self.key.expose().to_vec(),
            cookies,
        }
    }
}

/// A database with people in it, beside the server that runs on it.
pub struct House {
    connection: AnyConnection,
    /// Those who live there.
    pub people: Vec<Person>,
}

impl House {
    /// Fills a database that has its schema and its key file, and nobody in it.
    pub async fn fill(url: &str, key_file: &str, count: usize) -> Result<Self> {
        let vault = vault(url, key_file).await?;
        let mut connection = AnyConnection::connect(url).await?;
        let hasher = Argon2Hasher::start(Cost::STANDARD, std::sync::Arc::new(SystemEntropy))?;
        let hash = hasher.hash(PASSWORD.as_bytes()).await?;
        let people = (0..count).map(person).collect::<Result<Vec<_>>>()?;
        let mut all = connection.begin().await?;
        for (at, part) in people.chunks(ROWS).enumerate() {
            write(&mut all, &vault, &hash, at * ROWS, part).await?;
        }
        all.commit().await?;
        Ok(Self { connection, people })
    }

    /// Guests for one run: the ones before are forgotten.
    pub async fn guests(&mut self, stage: Stage) -> Result<Vec<Guest>> {
        self.forgive().await?;
        let count = match stage {
            Stage::Strangers => {
                return Ok(self.people.iter().map(|p| p.guest(String::new())).collect());
            }
            Stage::HalfSignedIn => self.people.len(),
            Stage::SignedIn(count) => count,
        };
        let complete = stage != Stage::HalfSignedIn;
        let tokens = self.sessions(0..count, complete).await?;
        let cookies = tokens.iter().map(|token| format!("twinlock={token}"));
        Ok(self
            .people
            .iter()
            .zip(cookies)
            .map(|(person, cookies)| person.guest(cookies))
            .collect())
    }

    /// Opens a session for each of these people, as it stands after the right password or after the code too; answers the tokens.
    pub async fn sessions(
        &mut self,
        people: std::ops::Range<usize>,
        complete: bool,
    ) -> Result<Vec<String>> {
        let now = clock::millis();
        let people = self.people.get(people).context("fewer people than that")?;
        let (mut tokens, mut all) = (Vec::new(), self.connection.begin().await?);
        for part in people.chunks(ROWS) {
            let mut rows = Vec::new();
            for person in part {
                let token = Token::from_random(random()?);
                rows.push((SessionId::from_random(random()?), token.hash(), person));
                tokens.push(token.expose());
            }
            let mut sql = insert(
                "sessions (id, token_hash, user_id, opened_at, seen_at, password_at, second_factor_at)",
            );
            sql.push_values(rows, |mut row, (id, hash, person)| {
                row.push_bind(id.as_str().to_owned())
                    .push_bind(hash.as_bytes().to_vec())
                    .push_bind(person.id.as_str().to_owned());
                row.push_bind(now)
                    .push_bind(now)
                    .push_bind(now)
                    .push_bind(complete.then_some(now));
            });
            sql.build().execute(&mut *all).await?;
        }
        all.commit().await?;
        Ok(tokens
            .iter()
            .map(|token| token.as_str().to_owned())
            .collect())
    }

    /// Forgets what was counted and burnt, so that everybody can come again within the same time step.
    pub async fn forgive(&mut self) -> Result<()> {
        for sql in [
            "DELETE FROM sessions",
            "DELETE FROM attempts",
            "UPDATE mfa_methods SET last_step = 0",
        ] {
            sqlx::query(sql).execute(&mut self.connection).await?;
        }
        Ok(())
    }
}

async fn vault(url: &str, key_file: &str) -> Result<Vault> {
    let store = Store::open(url).await?;
    let database = Database::new(&DatabaseArgs {
        database_url: url.to_owned(),
        key_file: Some(key_file.to_owned()),
        database_trusted_network: String::new(),
    })?;
    let vault = keys::vault(&store, &keyfile::read(key_file.as_ref())?, &database).await?;
    store.close().await;
    Ok(vault)
}

fn person(number: usize) -> Result<Person> {
    Ok(Person {
        email: format!("person{number}@example.com"),
        id: UserId::from_random(random()?),
        key: TotpKey::from_random(random()?),
        method: MethodId::from_random(random()?),
    })
}

async fn write(
    all: &mut AnyConnection,
    vault: &Vault,
    hash: &SecretHash,
    first: usize,
    people: &[Person],
) -> Result<()> {
    let now = clock::millis();
    let mut accounts = insert("accounts (id, name, name_folded, created_at)");
    accounts.push_values(people.chunks(ACCOUNT).enumerate(), |mut row, (at, _)| {
        let number = first / ACCOUNT + at;
        row.push_bind(account(number));
        row.push_bind(format!("Account {number}"))
            .push_bind(format!("account {number}"))
            .push_bind(now);
    });
    let mut users = insert("users (id, email, name, name_folded, password_hash, created_at)");
    users.push_values(people, |mut row, person| {
        row.push_bind(person.id.as_str().to_owned())
            .push_bind(person.email.clone());
        row.push_bind("A person")
            .push_bind("a person")
            .push_bind(hash.expose().to_owned())
            .push_bind(now);
    });
    let mut memberships = insert("memberships (user_id, account_id, role)");
    memberships.push_values(people.iter().enumerate(), |mut row, (at, person)| {
        let role = if at % ACCOUNT == 0 { "owner" } else { "member" };
        row.push_bind(person.id.as_str().to_owned())
            .push_bind(account((first + at) / ACCOUNT))
            .push_bind(role);
    });
    let mut sealed = Vec::new();
    for person in people {
        let place = Place::Method(&person.id, &person.method);
        sealed.push((person, vault.seal(&person.key, place, random()?)?));
    }
    let mut methods =
        insert("mfa_methods (id, user_id, name, key_id, sealed_key, last_step, added_at)");
    methods.push_values(sealed, |mut row, (person, sealed)| {
        row.push_bind(person.method.as_str().to_owned())
            .push_bind(person.id.as_str().to_owned());
        row.push_bind("Authenticator")
            .push_bind(sealed.key_id.as_str().to_owned())
            .push_bind(sealed.bytes);
        row.push_bind(0_i64).push_bind(now);
    });
    for mut sql in [accounts, users, memberships, methods] {
        sql.build().execute(&mut *all).await?;
    }
    Ok(())
}

fn account(number: usize) -> String {
    format!("{number:032x}")
}

fn insert(into: &str) -> QueryBuilder<Any> {
    QueryBuilder::new(format!("INSERT INTO {into} "))
}

fn random<const N: usize>() -> Result<[u8; N]> {
    let entropy: &dyn Entropy = &SystemEntropy;
    Ok(entropy.draw()?)
}
