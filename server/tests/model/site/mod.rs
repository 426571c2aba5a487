//! The product with three users, two browsers each, and two accounts, one of which may require MFA.

mod acts;
mod codes;
mod journeys;
mod keys;
mod looks;
mod methods;
mod operator;
mod step_up;
mod tables;

pub use looks::Counter;

use domain::{ids::AccountId, people::roles::Role, time::Timestamp};
use serde_json::{Value, json};
use sqlx::AnyConnection;
use tokio::runtime::Runtime;

use crate::{
    actions::{Action, SEATS, Seat},
    events::{Due, Witness},
    journal::Journal,
    support::{HttpAnswer, RouterBrowser, TestPerson, TestServer, ada, eve, max},
};

/// The system under test.
pub struct ModelSite {
    pub runtime: Runtime,
    pub server: TestServer,
    pub journal: Journal,
    pub witness: Witness,
    /// The wrong codes in a row after the last action.
    pub counters: Vec<Counter>,
    /// The account that may require MFA; Ada owns it, Max and Eve are members.
    pub strict: AccountId,
    lax: AccountId,
    browsers: Vec<RouterBrowser>,
    /// A look at the tables behind the server's back.
    database: AnyConnection,
}

const STRICT: &str = "Strict Ltd";
const LAX: &str = "Example Ltd";

/// Returns the index of the browser's user.
pub const fn person_of(seat: Seat) -> usize {
    seat / 2
}

/// Ada owns both accounts, Max is a member of both, Eve is a member of the strict one only.
fn people() -> [TestPerson; 3] {
    [ada(), max(), eve()]
}

impl ModelSite {
    /// Starts the server and adds users and accounts.
    pub fn build() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let (server, strict, lax) = runtime.block_on(async {
            let server = TestServer::start().await;
            let lax = server.add_account(LAX).await;
            let strict = server.add_account(STRICT).await;
            server.add_user(&ada(), Role::Owner).await;
            server.add_user(&max(), Role::Member).await;
            server.add_user(&eve(), Role::Member).await;
            server.join(&ada(), STRICT, Role::Owner).await;
            server.join(&max(), STRICT, Role::Member).await;
            (server, strict, lax)
        });
        let witness = runtime.block_on(async {
            let [first, second, third] = people();
            let people = [
                server.user(&first).await,
                server.user(&second).await,
                server.user(&third).await,
            ];
            Witness::new(&server.database.url, people).await
        });
        let database = runtime.block_on(tables::open(&server.database.url));
        let browsers = (0..SEATS).map(|_| server.browser()).collect();
        Self {
            runtime,
            server,
            journal: Journal::default(),
            witness,
            counters: Vec::new(),
            strict,
            lax,
            browsers,
            database,
        }
    }

    /// Performs the action, notes what was seen and checks the promises.
    pub fn perform(&mut self, action: Action) {
        let complete = self.act(action);
        self.check(complete);
    }

    /// Performs the action; returns the user whose counters may have fallen.
    fn act(&mut self, action: Action) -> Option<usize> {
        match action {
            Action::SignIn { seat, right } => self.sign_in(seat, right),
            Action::SignOut(seat) => self.plain(seat, "session/sign_out"),
            Action::GiveCode { seat, app, code } => self.give_code(seat, app, code),
            Action::GiveBackupCode { seat, index } => self.give_backup_code(seat, index),
            Action::ConfirmPassword(seat) => self.confirm_password(seat),
            Action::Choose { seat, strict } => self.choose(seat, strict),
            Action::SetUp {
                seat,
                kind,
                is_default,
            } => self.set_up(seat, kind, is_default),
            Action::RenewKeySetUp(seat) => self.renew_key_set_up(seat),
            Action::ConfirmKey { seat, key } => self.confirm_key(seat, key),
            Action::Confirm { seat, code } => self.confirm(seat, code),
            Action::CancelSetUp(seat) => self.plain(seat, "mfa/cancel"),
            Action::FreshCodes(seat) => self.codes_from(seat, "mfa/backup_codes"),
            Action::Finish(seat) => self.finish(seat),
            Action::KeepCodes(seat) => self.plain(seat, "mfa/keep_codes"),
            Action::Ask { seat, purpose } => self.question(seat, purpose),
            Action::Verify {
                seat,
                purpose,
                app,
                code,
            } => self.verify(seat, purpose, app, code),
            Action::VerifyBackup {
                seat,
                purpose,
                index,
            } => self.verify_backup(seat, purpose, index),
            Action::Act { seat, purpose } => self.carry_out(seat, purpose),
            Action::Test { seat, app, code } => self.test(seat, app, code),
            Action::Challenge { seat, occasion } => self.challenge(seat, occasion),
            Action::Sign {
                seat,
                occasion,
                signer,
                signing,
            } => self.sign(seat, occasion, signer, signing),
            Action::MakeDefault { seat, method } => self.make_default(seat, method),
            Action::Rename { seat, method, name } => self.rename(seat, method, name),
            Action::RequireMfa(seat) => {
                let request = json!({ "account": self.strict });
                self.call(seat, "accounts/require_mfa", request);
                None
            }
            Action::WholeSetUp { seat, kind } => self.whole_set_up(seat, kind),
            Action::WholeSignIn { seat, by_key } => self.whole_sign_in(seat, by_key),
            Action::WholeStepUp {
                seat,
                by_key,
                purpose,
            } => self.whole_step_up(seat, by_key, purpose),
            Action::WholeSigning {
                seat,
                occasion,
                signer,
                signing,
            } => self.whole_signing(seat, occasion, signer, signing),
            Action::FillWithKeys(seat) => Some(self.fill_with_keys(seat)),
            Action::Wait { seconds } => {
                let now = self.server.clock.now().millis() + seconds * 1000;
                self.server.clock.set(Timestamp::from_millis(now));
                None
            }
            Action::Operator(operator) => self.operate(operator),
        }
    }

    fn plain(&mut self, seat: Seat, function: &str) -> Option<usize> {
        self.ask(seat, function);
        None
    }

    fn ask(&mut self, seat: Seat, function: &str) -> HttpAnswer {
        self.send(seat, function, Value::Null)
    }

    fn call(&mut self, seat: Seat, function: &str, request: Value) -> HttpAnswer {
        self.send(seat, function, request)
    }

    fn send(&mut self, seat: Seat, function: &str, request: Value) -> HttpAnswer {
        let mut browser = self.browsers[seat].clone();
        let answer = self.send_witnessed(seat, &mut browser, function, request);
        let former = self.token(seat);
        self.browsers[seat] = browser;
        self.note_token(seat, former);
        answer
    }

    /// Sends a request, and checks the events that it has to leave.
    fn send_witnessed(
        &mut self,
        seat: Seat,
        browser: &mut RouterBrowser,
        function: &str,
        request: Value,
    ) -> HttpAnswer {
        let before = self.before(seat, function, &request);
        let answer = self.runtime.block_on(async {
            match request {
                Value::Null => browser.ask(function).await,
                request => browser.call(function, request).await,
            }
        });
        let due = self.due(seat, function, &before, &answer);
        self.expect(&due, function);
        answer
    }

    fn expect(&mut self, due: &Due, of: &str) {
        self.runtime.block_on(self.witness.expect(due, of));
    }

    fn note_token(&mut self, seat: Seat, before: String) {
        if !before.is_empty() && before != self.token(seat) {
            self.journal.former.push((seat, before));
        }
    }

    pub fn token(&self, seat: Seat) -> String {
        self.browsers[seat]
            .cookie("twinlock-3000")
            .unwrap_or_default()
            .to_owned()
    }
}
