//! Applications and visits to them.

use domain::{
    door::{ApplicationAccess, ApplicationOrigin, MfaDemand, UserHeader},
    ids::{AccountId, ApplicationId, SessionId},
    ports::{
        ApplicationAddition, Applications, CodeDraw, CodeTake, NewApplication, NewApplicationCode,
        TakenApplicationCode,
    },
    token::TokenHash,
};
use storage::Store;

use crate::support::{START, bits, later, token};

/// An application for everyone, at an origin of its own.
pub fn application(name: &str) -> NewApplication {
    let number = u128::from_be_bytes(bits());
    NewApplication {
        id: ApplicationId::from_random(bits()),
        name: name.parse().unwrap(),
        origin: format!("https://app{number}.example.com").parse().unwrap(),
        access: ApplicationAccess::Everyone,
        mfa: MfaDemand::Account,
        user_header: UserHeader::Email,
        at: START,
    }
}

pub async fn added(store: &Store, name: &str) -> NewApplication {
    let application = application(name);
    let addition = Applications::add(store, application.clone()).await;
    assert_eq!(addition.unwrap(), ApplicationAddition::Added);
    application
}

/// An application for these accounts.
pub async fn restricted(store: &Store, name: &str, accounts: &[AccountId]) -> NewApplication {
    let application = NewApplication {
        access: ApplicationAccess::Accounts(accounts.to_vec()),
        ..application(name)
    };
    let addition = Applications::add(store, application.clone()).await;
    assert_eq!(addition.unwrap(), ApplicationAddition::Added);
    application
}

/// Who enters which application.
#[derive(Clone)]
pub struct Visit {
    pub application: ApplicationId,
    pub origin: ApplicationOrigin,
    pub session: SessionId,
    pub account: Option<AccountId>,
}

pub fn visit(
    application: &NewApplication,
    session: &SessionId,
    account: Option<&AccountId>,
) -> Visit {
    Visit {
        application: application.id.clone(),
        origin: application.origin.clone(),
        session: session.clone(),
        account: account.cloned(),
    }
}

impl Visit {
    pub fn code(&self) -> NewApplicationCode {
        NewApplicationCode {
            code: token(),
            application: self.application.clone(),
            session: self.session.clone(),
            account: self.account.clone(),
            nonce: token(),
            target: "/dashboards?from=now".parse().unwrap(),
            at: START,
        }
    }

    /// The code as its browser brings it, a second later.
    pub fn taken(&self, code: &NewApplicationCode) -> TakenApplicationCode {
        TakenApplicationCode {
            code: code.code,
            nonce: code.nonce,
            origin: self.origin.clone(),
            token: token(),
            at: later(1),
        }
    }
}

pub async fn draw(store: &Store, visit: &Visit) -> NewApplicationCode {
    let code = visit.code();
    let drawn = store.draw_code(code.clone()).await;
    assert_eq!(drawn.unwrap(), CodeDraw::Drawn);
    code
}

/// Enters the application, and returns the token of the session there.
pub async fn enter(store: &Store, visit: &Visit) -> TokenHash {
    let taken = visit.taken(&draw(store, visit).await);
    let opened = store.take_code(taken.clone()).await;
    assert!(matches!(opened.unwrap(), CodeTake::Opened { .. }));
    taken.token
}

/// Whether the token opens the application.
pub async fn is_in(store: &Store, visit: &Visit, token: TokenHash) -> bool {
    let session = Applications::session(store, token, &visit.origin).await;
    session.unwrap().is_some()
}
