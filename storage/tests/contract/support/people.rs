//! Users, sessions and codes for tests.

use domain::{
    ids::{AccountId, BackupCodeId, CodeSetId, MethodId, SessionId, UserId},
    people::roles::Role,
    ports::{
        AccountAddition, Accounts, Activation, BackupCodeHash, CodeUse, Enrolment, KeyActivation,
        KeyPurpose, MethodRecord, Mfa, NewAccount, NewCodeSet, NewFactor, NewSession, NewUser,
        PendingFactor, PendingKey, SecretHash, Sessions, SignInBackupCode, SignInBackupCodeUse,
        SignInCode, SignInCodeUse, TokenSwap, UserAddition, Users,
    },
    second_factor::{backup_code::BackupCode, guess_holder::GuessHolder},
    time::{TimeStep, Timestamp},
    token::TokenHash,
};
use sqlx::Connection;
use storage::Store;

use crate::support::{
    ContractDatabase, START, bits,
    factors::{public_key, registered},
    sealed, token, vault,
};

/// The password hash of all users.
pub const PASSWORD: &str = "$argon2id$test";

pub const FIRST_STEP: TimeStep = TimeStep::at(START);

/// A guess from an unknown browser.
pub const STRANGER: &GuessHolder = &GuessHolder::Stranger;

/// A session as its browser knows it.
#[derive(Clone)]
pub struct BrowserSession {
    pub session: SessionId,
    pub token: TokenHash,
}

impl BrowserSession {
    /// The holder of guesses within the session, once it is complete.
    pub fn holder(&self) -> GuessHolder {
        GuessHolder::Session(self.session.clone())
    }

    pub fn swap(&self) -> TokenSwap {
        TokenSwap {
            session: self.session.clone(),
            old: self.token,
            new: token(),
        }
    }
}

pub fn account(name: &str) -> NewAccount {
    NewAccount {
        id: AccountId::from_random(bits()),
        name: name.parse().unwrap(),
        at: START,
    }
}

pub fn user(email: &str) -> NewUser {
    NewUser {
        id: UserId::from_random(bits()),
        email: email.parse().unwrap(),
        name: "Ada Owner".parse().unwrap(),
        password: Some(SecretHash::phc(PASSWORD.to_owned())),
        at: START,
    }
}

pub fn session(user: &UserId, at: Timestamp) -> NewSession {
    let id = SessionId::from_random(bits());
    NewSession {
        id,
        token: token(),
        user: user.clone(),
        password: SecretHash::phc(PASSWORD.to_owned()),
        at,
        complete: false,
        replaces: None,
        receipt: None,
    }
}

/// Adds a user in an account of their own.
pub async fn somebody(store: &Store) -> UserId {
    let number: u128 = u128::from_be_bytes(bits());
    let account = account(&format!("Account {number}"));
    assert_eq!(
        Accounts::add(store, account.clone()).await.unwrap(),
        AccountAddition::Added
    );
    let user = user(&format!("ada{number}@example.com"));
    assert_eq!(
        Users::add(store, user.clone(), &account.id, Role::Owner)
            .await
            .unwrap(),
        UserAddition::Added
    );
    user.id
}

pub async fn browser(store: &Store, user: &UserId) -> BrowserSession {
    let new = session(user, START);
    assert!(store.open(new.clone()).await.unwrap().is_done());
    BrowserSession {
        session: new.id,
        token: new.token,
    }
}

/// Opens a session beyond the limits on sessions and sign-ins (RC7), because races need more of
/// them at once.
pub async fn newcomer(database: &ContractDatabase, user: &UserId) -> BrowserSession {
    let new = session(user, START);
    let mut past = database.connection().await;
    let insert = "INSERT INTO sessions (id, token_hash, user_id, opened_at, seen_at, password_at) VALUES ($1, $2, $3, $4, $4, $4)";
    sqlx::query(insert)
        .bind(new.id.as_str())
        .bind(new.token.as_bytes().to_vec())
        .bind(user.as_str())
        .bind(START.millis())
        .execute(&mut past)
        .await
        .unwrap();
    past.close().await.unwrap();
    BrowserSession {
        session: new.id,
        token: new.token,
    }
}

/// Ten codes and their lookup indexes.
pub fn code_set(user: &UserId, session: &SessionId) -> (NewCodeSet, Vec<BackupCode>) {
    let codes: Vec<BackupCode> = (0..10).map(|_| BackupCode::from_random(bits())).collect();
    let stored = |code| BackupCodeHash {
        id: BackupCodeId::from_random(bits()),
        index: vault().backup_code_index(user, code),
        hash: SecretHash::phc("$argon2id$code".to_owned()),
    };
    let set = NewCodeSet {
        id: CodeSetId::from_random(bits()),
        drawn_by: session.clone(),
        codes: codes.iter().map(stored).collect(),
        at: START,
    };
    (set, codes)
}

pub async fn pending(
    store: &Store,
    user: &UserId,
    browser: &BrowserSession,
    at: Timestamp,
) -> PendingKey {
    let key = PendingKey {
        session: browser.session.clone(),
        user: user.clone(),
        factor: PendingFactor::Application(sealed()),
        made_at: at,
        purpose: KeyPurpose::First,
        name: "Authenticator application".parse().unwrap(),
        is_default: true,
        proved_at: None,
    };
    let stands = store.keep_pending(key, Timestamp::default()).await;
    stands.unwrap().unwrap()
}

pub fn activation(key: &PendingKey, browser: &BrowserSession) -> Activation {
    let (codes, _) = code_set(&key.user, &key.session);
    Activation {
        swap: browser.swap(),
        user: key.user.clone(),
        made_at: key.made_at,
        method: MethodId::from_random(bits()),
        factor: match &key.factor {
            PendingFactor::Application(_) => NewFactor::Application {
                key: sealed(),
                step: FIRST_STEP,
            },
            PendingFactor::PublicKey(kind) => registered(public_key(*kind)),
        },
        enrolment: match &key.purpose {
            KeyPurpose::First => Enrolment::First(codes),
            KeyPurpose::Further => Enrolment::Further,
            KeyPurpose::Reset(method) => Enrolment::Reset(method.clone(), codes),
        },
        at: START,
    }
}

/// The codes that an activation brings.
pub fn codes_of(activation: &Activation) -> NewCodeSet {
    match &activation.enrolment {
        Enrolment::First(codes) | Enrolment::Reset(_, codes) => codes.clone(),
        Enrolment::Further => panic!("a further method brings no codes"),
    }
}

/// The user's default method.
pub async fn default_method(store: &Store, user: &UserId) -> Option<MethodRecord> {
    let settings = store.settings(user).await.unwrap();
    settings.default_method().cloned()
}

/// A user with an active method and a valid set of codes.
pub struct Protected {
    pub user: UserId,
    pub method: MethodId,
    pub codes: NewCodeSet,
    /// The session that set the method up.
    pub browser: BrowserSession,
}

pub async fn protected(store: &Store) -> Protected {
    let user = somebody(store).await;
    protected_user(store, user).await
}

/// Like [`protected`], but for an existing user.
pub async fn protected_user(store: &Store, user: UserId) -> Protected {
    let mut browser = browser(store, &user).await;
    let key = pending(store, &user, &browser, START).await;
    let activation = activation(&key, &browser);
    assert_eq!(
        store.activate(activation.clone()).await.unwrap(),
        KeyActivation::Activated
    );
    browser.token = activation.swap.new;
    Protected {
        user,
        codes: codes_of(&activation),
        method: activation.method,
        browser,
    }
}

impl Protected {
    pub fn code(&self, browser: &BrowserSession, step: i64) -> SignInCode {
        SignInCode {
            swap: browser.swap(),
            user: self.user.clone(),
            method: self.method.clone(),
            step: FIRST_STEP.offset(step),
            browser: token(),
            is_browser_known: false,
            at: FIRST_STEP.offset(step).start(),
        }
    }

    pub fn backup_code(&self, browser: &BrowserSession, index: usize) -> SignInBackupCode {
        SignInBackupCode {
            swap: browser.swap(),
            user: self.user.clone(),
            code: self.codes.codes[index].id.clone(),
            browser: token(),
            at: START,
        }
    }
}

/// The answer to a code at sign-in without its count, for tests of the code alone.
pub trait WithoutCount {
    fn without_count(self) -> CodeUse;
}

impl WithoutCount for SignInCodeUse {
    fn without_count(self) -> CodeUse {
        match self {
            Self::Accepted { .. } => CodeUse::Accepted,
            Self::AlreadyUsed => CodeUse::AlreadyUsed,
            Self::SessionGone => CodeUse::SessionGone,
        }
    }
}

impl WithoutCount for SignInBackupCodeUse {
    fn without_count(self) -> CodeUse {
        match self {
            Self::Accepted { .. } => CodeUse::Accepted,
            Self::AlreadyUsed => CodeUse::AlreadyUsed,
            Self::SessionGone => CodeUse::SessionGone,
        }
    }
}
