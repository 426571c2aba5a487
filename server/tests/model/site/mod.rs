//! The product with three users, two browsers each, and two accounts, one of which may require MFA.

mod acts;
mod codes;
mod looks;
mod operator;
mod step_up;

pub use looks::Counter;

use domain::{ids::AccountId, people::roles::Role, time::Timestamp};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::{
    actions::{Action, CodeChoice, SEATS, Seat},
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
            Action::GiveCode { seat, code } => self.give_code(seat, code),
            Action::GiveBackupCode { seat, index } => self.give_backup_code(seat, index),
            Action::ConfirmPassword(seat) => self.confirm_password(seat),
            Action::Choose { seat, strict } => self.choose(seat, strict),
            Action::SetUp(seat) => self.set_up(seat),
            Action::Confirm { seat, code } => self.confirm(seat, code),
            Action::CancelSetUp(seat) => self.plain(seat, "mfa/cancel"),
            Action::FreshCodes(seat) => self.codes_from(seat, "mfa/backup_codes"),
            Action::Finish(seat) => self.finish(seat),
            Action::KeepCodes(seat) => self.plain(seat, "mfa/keep_codes"),
            Action::Ask { seat, purpose } => self.question(seat, purpose),
            Action::Verify {
                seat,
                purpose,
                code,
            } => self.verify(seat, purpose, code),
            Action::VerifyBackup {
                seat,
                purpose,
                index,
            } => self.verify_backup(seat, purpose, index),
            Action::Act { seat, purpose } => self.carry_out(seat, purpose),
            Action::Test { seat, code } => self.test(seat, code),
            Action::RequireMfa(seat) => {
                let request = json!({ "account": self.strict });
                self.call(seat, "accounts/require_mfa", request);
                None
            }
            Action::WholeSetUp(seat) => self.all([
                Action::SignIn { seat, right: true },
                Action::Choose { seat, strict: true },
                Action::SetUp(seat),
                Action::Confirm {
                    seat,
                    code: CodeChoice::Step(0),
                },
                Action::Finish(seat),
            ]),
            Action::WholeSignIn(seat) => self.all([
                Action::SignIn { seat, right: true },
                Action::Wait { seconds: 30 },
                Action::GiveCode {
                    seat,
                    code: CodeChoice::Step(0),
                },
                Action::Choose {
                    seat,
                    strict: seat % 2 == 0,
                },
            ]),
            Action::WholeStepUp { seat, purpose } => self.all([
                Action::Ask { seat, purpose },
                Action::Wait { seconds: 30 },
                Action::Verify {
                    seat,
                    purpose,
                    code: CodeChoice::Step(0),
                },
                Action::Act { seat, purpose },
            ]),
            Action::Wait { seconds } => {
                let now = self.server.clock.now().millis() + seconds * 1000;
                self.server.clock.set(Timestamp::from_millis(now));
                None
            }
            Action::Operator(operator) => self.operate(operator),
        }
    }

    fn all<const N: usize>(&mut self, actions: [Action; N]) -> Option<usize> {
        for action in actions {
            self.perform(action);
        }
        None
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
