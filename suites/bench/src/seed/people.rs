//! Many users, inserted directly, because sign-ins are measured and not enrolments.

use anyhow::{Context, Result};
use domain::{
    ids::{MethodId, SessionId, UserId},
    ports::{Entropy, Hasher, SecretHash},
    second_factor::totp::TotpKey,
    secrets::vault::{SealContext, Vault},
    token::Token,
};
use server::{
    config::{Database, DatabaseArgs},
    hasher::{Argon2Hasher, Cost},
    keys::{self, key_file},
    system::entropy::SystemEntropy,
};
use sqlx::{AnyConnection, Connection};
use storage::Store;
use testkit::{authenticator::Authenticator, people::PASSWORD};

use crate::{
    client::clock,
    seed::{
        passkeys::{self, SeededPasskey, SharedKey},
        rows::insert,
    },
    sites::{Guest, SignInStage, twinlock::ServerSetting},
};

/// Users per account.
pub const ACCOUNT: usize = 5;
/// Users whose sealed keys are held in memory at once.
const ROWS: usize = 1000;

/// A user with an authenticator.
pub struct SeededPerson {
    /// The email address.
    pub email: String,
    /// The user's id.
    pub id: UserId,
    /// The user's passkey, if there is one beside the authenticator.
    pub passkey: Option<SeededPasskey>,
    key: TotpKey,
    method: MethodId,
}

impl SeededPerson {
    fn guest(&self, cookies: String) -> Guest {
        Guest {
            email: self.email.clone(),
            authenticator: Authenticator::with_key(self.key.expose().to_vec()),
            cookies,
        }
    }
}

/// A database with users, beside the server that runs on it.
pub struct SeededSite {
    /// A connection to the database that bypasses the server.
    pub connection: AnyConnection,
    /// The users who sign in.
    pub people: Vec<SeededPerson>,
    /// The key of all passkeys, if the users have one.
    pub key: Option<SharedKey>,
    /// When the database was filled; older sessions are never deleted.
    since: i64,
}

impl SeededSite {
    /// Fills a database that has its schema and key file but no users. `visitors` of the users,
    /// spread over the whole table, will sign in.
    pub async fn fill(setting: &ServerSetting, count: usize, visitors: usize) -> Result<Self> {
        Self::fill_with(setting, count, visitors, None).await
    }

    /// Like [`Self::fill`], but each user has a passkey as well, and each will sign in.
    pub async fn fill_with_passkeys(setting: &ServerSetting, count: usize) -> Result<Self> {
        Self::fill_with(setting, count, count, Some(SharedKey::new()?)).await
    }

    async fn fill_with(
        setting: &ServerSetting,
        count: usize,
        visitors: usize,
        key: Option<SharedKey>,
    ) -> Result<Self> {
        let since = clock::millis();
        let vault = vault(setting).await?;
        let mut connection = AnyConnection::connect(&setting.url).await?;
        let hasher = Argon2Hasher::start(Cost::STANDARD, std::sync::Arc::new(SystemEntropy))?;
        let hash = hasher.hash(PASSWORD.as_bytes()).await?;
        let mut people = (0..count).map(person).collect::<Result<Vec<_>>>()?;
        if key.is_some() {
            for person in &mut people {
                person.passkey = Some(SeededPasskey::from_random()?);
            }
        }
        let mut all = connection.begin().await?;
        for (at, part) in people.chunks(ROWS).enumerate() {
            write(&mut all, &vault, &hash, at * ROWS, part).await?;
            if let Some(key) = &key {
                passkeys::write(&mut all, &vault, key, part).await?;
            }
        }
        all.commit().await?;
        let visitors = people
            .into_iter()
            .step_by((count / visitors).max(1))
            .take(visitors);
        Ok(Self {
            connection,
            people: visitors.collect(),
            key,
            since,
        })
    }

    /// Guests for one run. Deletes the sessions of earlier runs.
    pub async fn guests(&mut self, stage: SignInStage) -> Result<Vec<Guest>> {
        self.forgive().await?;
        let count = match stage {
            SignInStage::Strangers => {
                return Ok(self.people.iter().map(|p| p.guest(String::new())).collect());
            }
            SignInStage::HalfSignedIn => self.people.len(),
            SignInStage::SignedIn(count) => count,
        };
        let tokens = self.open_sessions(count, stage).await?;
        let cookies = tokens.iter().map(|token| format!("twinlock={token}"));
        Ok(self
            .people
            .iter()
            .zip(cookies)
            .map(|(person, cookies)| person.guest(cookies))
            .collect())
    }

    /// Opens a session for each of the first `count` users, after the password or after the code;
    /// returns the tokens.
    async fn open_sessions(&mut self, count: usize, stage: SignInStage) -> Result<Vec<String>> {
        let now = clock::millis();
        let second_factor_at = (stage != SignInStage::HalfSignedIn).then_some(now);
        let people = self.people.get(..count).context("fewer people than that")?;
        let (mut tokens, mut all) = (Vec::new(), self.connection.begin().await?);
        let mut rows = Vec::new();
        for person in people {
            let token = Token::from_random(random()?);
            rows.push([
                SessionId::from_random(random()?).as_str().into(),
                token.hash().as_bytes()[..].into(),
                person.id.as_str().into(),
                now.into(),
                now.into(),
                now.into(),
                second_factor_at.into(),
            ]);
            tokens.push(token.expose());
        }
        let into =
            "sessions (id, token_hash, user_id, opened_at, seen_at, password_at, second_factor_at)";
        insert(&mut all, into, rows).await?;
        all.commit().await?;
        Ok(tokens
            .iter()
            .map(|token| token.as_str().to_owned())
            .collect())
    }

    /// Resets counters, burnt steps and sessions, so that every user can sign in again within the
    /// same time step.
    pub async fn forgive(&mut self) -> Result<()> {
        sqlx::query("DELETE FROM sessions WHERE opened_at >= $1")
            .bind(self.since)
            .execute(&mut self.connection)
            .await?;
        for sql in [
            "DELETE FROM attempts",
            "DELETE FROM browser_attempts",
            "UPDATE app_keys SET last_step = 0 WHERE last_step > 0",
        ] {
            sqlx::query(sql).execute(&mut self.connection).await?;
        }
        Ok(())
    }
}

/// The keys of a database that has its schema.
pub async fn vault(setting: &ServerSetting) -> Result<Vault> {
    let store = Store::open(&setting.url).await?;
    let database = Database::new(&DatabaseArgs {
        database_url: setting.url.clone(),
        key_file: Some(setting.key_file.clone()),
        database_trusted_network: String::new(),
    })?;
    let ring = key_file::read(setting.key_file.as_ref())?;
    let vault = keys::vault(&store, &ring, &database).await?;
    store.close().await;
    Ok(vault)
}

fn person(number: usize) -> Result<SeededPerson> {
    Ok(SeededPerson {
        email: format!("person{number}@example.com"),
        id: UserId::from_random(random()?),
        passkey: None,
        key: TotpKey::from_random(random()?),
        method: MethodId::from_random(random()?),
    })
}

async fn write(
    all: &mut AnyConnection,
    vault: &Vault,
    hash: &SecretHash,
    first: usize,
    people: &[SeededPerson],
) -> Result<()> {
    let now = clock::millis();
    let number = |at: usize| (first + at) / ACCOUNT;
    let accounts = (0..people.len().div_ceil(ACCOUNT)).map(|at| number(at * ACCOUNT));
    let accounts = accounts.map(|number| {
        [
            account(number).into(),
            format!("Account {number}").into(),
            format!("account {number}").into(),
            now.into(),
        ]
    });
    insert(
        all,
        "accounts (id, name, name_folded, created_at)",
        accounts,
    )
    .await?;
    let users = people.iter().enumerate().map(|(at, person)| {
        [
            person.id.as_str().into(),
            person.email.as_str().into(),
            format!("Person {}", first + at).into(),
            format!("person {}", first + at).into(),
            hash.expose().into(),
            now.into(),
            person.passkey.as_ref().map(SeededPasskey::handle).into(),
        ]
    });
    let into = "users (id, email, name, name_folded, password_hash, created_at, handle)";
    insert(all, into, users).await?;
    let memberships = people.iter().enumerate().map(|(at, person)| {
        let role = if at % ACCOUNT == 0 { "owner" } else { "member" };
        [
            person.id.as_str().into(),
            account(number(at)).into(),
            role.into(),
        ]
    });
    insert(all, "memberships (user_id, account_id, role)", memberships).await?;
    let (mut methods, mut keys) = (Vec::new(), Vec::new());
    for person in people {
        let place = SealContext::Method(&person.id, &person.method);
        let sealed = vault.seal(&person.key, place, random()?)?;
        methods.push([
            person.method.as_str().into(),
            person.id.as_str().into(),
            "Authenticator".into(),
            now.into(),
            "application".into(),
            1.into(),
        ]);
        keys.push([
            person.method.as_str().into(),
            sealed.key_id.as_str().into(),
            sealed.bytes[..].into(),
            0.into(),
        ]);
    }
    let into = "mfa_methods (id, user_id, name, added_at, kind, is_default)";
    insert(all, into, methods).await?;
    let into = "app_keys (method_id, key_id, sealed_key, last_step)";
    insert(all, into, keys).await
}

/// The id of an account.
pub fn account(number: usize) -> String {
    format!("{number:032x}")
}

/// Random bytes.
pub fn random<const N: usize>() -> Result<[u8; N]> {
    let entropy: &dyn Entropy = &SystemEntropy;
    Ok(entropy.draw()?)
}
