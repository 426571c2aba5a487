use std::{borrow::Cow, sync::Arc};

use axum::{
    Router,
    body::{Body, Bytes},
    http::{HeaderValue, Request, header::HOST},
};
use domain::{
    ids::{AccountId, UserId},
    people::{
        password::{Password, PasswordOwner},
        roles::Role,
    },
    ports::MfaRule,
};
use server::{
    config::{Branding, Hosts, Limits, PasskeyArgs, Passkeys, PublicUrl},
    context::{OpenMode, open, settings},
    hasher::{Argon2Hasher, Cost},
    router::router,
    spa::Pages,
    system::entropy::SystemEntropy,
};
use tower::ServiceExt;
use usecases::{
    Services,
    operator::{self, AddUser, Operator},
};

use super::{
    HttpAnswer, RouterBrowser, TestClock, TestDatabase, TestPerson, ada, answer::read_answer,
    instances::Instances,
};

/// Real Argon2id at so low a cost that a test may hash by the hundred.
const COST: Cost = Cost {
    memory_kib: 64,
    passes: 1,
};

/// Settings that a test may change.
pub struct Options {
    pub public_url: PublicUrl,
    pub branding: Branding,
    pub files: Vec<(&'static str, Vec<u8>)>,
    pub limits: Limits,
    pub hosts: Hosts,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            public_url: "http://localhost:3000".parse().unwrap(),
            branding: Branding {
                brand: "Customer Control Panel".to_owned(),
                show_helpers: false,
                support_url: None,
                logo: None,
                accent: None,
            },
            files: Vec::new(),
            limits: Limits::default(),
            hosts: Hosts::default(),
        }
    }
}

/// The real router with a database of its own.
pub struct TestServer {
    pub clock: Arc<TestClock>,
    pub services: Services,
    instances: Instances,
    /// The server's database.
    pub database: TestDatabase,
}

impl TestServer {
    /// Starts a server on an empty database, without pages.
    pub async fn start() -> Self {
        Self::start_with(Options::default(), |services| services).await
    }

    /// Starts a server with other settings or replaced ports. On a database server there are two
    /// instances.
    pub async fn start_with(options: Options, exchange: impl Fn(Services) -> Services) -> Self {
        let database = TestDatabase::migrated().await;
        let (clock, entropy) = (Arc::new(TestClock::default()), Arc::new(SystemEntropy));
        let hasher = Arc::new(Argon2Hasher::start(COST, entropy.clone()).unwrap());
        let passkeys = Passkeys::new(&options.public_url, &PasskeyArgs { rp_id: None }).unwrap();
        let settings = settings(
            &options.branding,
            &options.public_url,
            passkeys.relying_party(),
            &options.limits,
        );
        let count = if database.is_on_a_server() { 2 } else { 1 };
        let (mut routers, mut all) = (Vec::new(), Vec::new());
        for _ in 0..count {
            let opened = open(&database.settings(), OpenMode::Migrate).await.unwrap();
            let (clock, entropy, hasher) = (clock.clone(), entropy.clone(), hasher.clone());
            let services = opened.services_with(clock, entropy, hasher, settings.clone());
            let services = exchange(services);
            routers.push(build_router(&options, services.clone()));
            all.push(services);
        }
        Self {
            clock,
            services: all.remove(0),
            instances: Instances::new(routers),
            database,
        }
    }

    /// Returns a browser without cookies.
    pub fn browser(&self) -> RouterBrowser {
        RouterBrowser::new(self.instances.clone())
    }

    /// Sends a request without cookies and browser headers; adds a `Host` if there is none.
    pub async fn send(&self, mut request: Request<Body>) -> HttpAnswer {
        address(&mut request);
        read_answer(self.instances.next().oneshot(request).await.unwrap()).await
    }

    /// Requests a file or a page with these headers and no others.
    pub async fn get(&self, path: &str, headers: &[(&str, &str)]) -> HttpAnswer {
        let request = headers
            .iter()
            .fold(Request::get(path), |request, (name, value)| {
                request.header(*name, *value)
            });
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// Returns the folder of the database, for tests that search its files.
    pub fn folder(&self) -> &std::path::Path {
        self.database.folder()
    }

    /// Adds Example Ltd and Ada, its owner.
    pub async fn add_owner(&self) -> TestPerson {
        let person = ada();
        self.add_account(person.account).await;
        self.add_user(&person, Role::Owner).await;
        person
    }

    /// Adds an account.
    pub async fn add_account(&self, name: &str) -> AccountId {
        let added = operator::add_account(&self.operator(), &name.parse().unwrap()).await;
        added.unwrap()
    }

    /// Adds a user with a password to an existing account.
    pub async fn add_user(&self, person: &TestPerson, role: Role) -> UserId {
        let account = self.account(person.account).await;
        let password = Password::choose(person.password, PasswordOwner::default()).unwrap();
        let request = AddUser {
            email: &person.email.parse().unwrap(),
            name: &person.name.parse().unwrap(),
            account: &account,
            role,
            password: Some(&password),
        };
        let added = operator::add_user(&self.operator(), request).await;
        added.unwrap()
    }

    /// Returns the id of the account with that name.
    pub async fn account(&self, name: &str) -> AccountId {
        let found = operator::find_account(&self.operator(), name).await;
        found.unwrap().unwrap().id
    }

    /// Makes an account require MFA, as the operator does.
    pub async fn require_mfa(&self, name: &str) {
        let account = self.account(name).await;
        let set = operator::set_rule(&self.operator(), &account, MfaRule::Required).await;
        set.unwrap();
    }

    /// Lifts the MFA rule of an account, as the operator does.
    pub async fn lift_rule(&self, name: &str) {
        let account = self.account(name).await;
        let set = operator::set_rule(&self.operator(), &account, MfaRule::Optional).await;
        set.unwrap();
    }

    /// Adds a user to a further account.
    pub async fn join(&self, person: &TestPerson, account: &str, role: Role) {
        let user = self.user(person).await;
        let account = self.account(account).await;
        let added = operator::add_member(&self.operator(), &user, &account, role).await;
        added.unwrap();
    }

    /// Returns the user's id.
    pub async fn user(&self, person: &TestPerson) -> UserId {
        let email = person.email.parse().unwrap();
        let found = operator::find_user(&self.operator(), &email).await;
        found.unwrap().id
    }

    /// Offers a set-up link, as the start on an empty database does; returns its token.
    pub async fn offer_set_up(&self) -> String {
        let link = operator::offer_setup_link(&self.services).await;
        token_of(&link.unwrap().unwrap())
    }

    /// Changes rows past the program.
    pub async fn tamper(&self, sql: &'static str) {
        self.database.tamper(sql).await;
    }

    /// Offers a user a link to choose a new password, as the operator does; returns its token.
    pub async fn invite(&self, person: &TestPerson) -> String {
        let user = self.user(person).await;
        let invited = operator::invite(&self.operator(), &user).await;
        token_of(&invited.unwrap().link)
    }

    /// Returns the context of the operator's use cases.
    pub fn operator(&self) -> Operator {
        Operator::new(&self.services)
    }
}

/// Returns the token in a link's fragment.
fn token_of(link: &str) -> String {
    link.split_once('#').unwrap().1.to_owned()
}

/// Adds a `Host` header unless the request has one, because every request over the wire has one.
pub(super) fn address(request: &mut Request<Body>) {
    let headers = request.headers_mut();
    headers
        .entry(HOST)
        .or_insert(HeaderValue::from_static("127.0.0.1:3000"));
}

fn build_router(options: &Options, services: Services) -> Router {
    let files = options
        .files
        .iter()
        .map(|(name, body)| (Cow::Borrowed(*name), Bytes::from(body.clone())));
    let pages = Pages::new(files, &options.branding);
    let (hosts, proxies) = (options.hosts.clone(), options.limits.proxies.clone());
    router(services, &options.public_url, hosts, proxies, pages)
}
