//! The product, three people with two browsers each, and two accounts of which one may demand MFA.

use domain::{
    ids::AccountId,
    password::Password,
    ports::MembershipChange,
    roles::Role,
    time::{TimeStep, Timestamp},
    token::Token,
};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::{
    actions::{Action, Operator, Purpose, SEATS, Seat, Shown},
    events::{Due, Witness},
    journal::Journal,
    support::{Answer, Authenticator, Browser, Person, TestServer, ada, codes, eve, max},
};

/// What an action runs against.
pub struct House {
    pub runtime: Runtime,
    pub server: TestServer,
    pub journal: Journal,
    witness: Witness,
    /// Wrong codes in a row, as last seen.
    pub counters: [u32; 3],
    /// The account that may demand MFA; Ada owns it, Max and Eve are in it.
    pub strict: AccountId,
    lax: AccountId,
    browsers: Vec<Browser>,
}

const STRICT: &str = "Strict Ltd";
const LAX: &str = "Example Ltd";

/// Whose browser it is.
pub const fn person_of(seat: Seat) -> usize {
    seat / 2
}

/// Ada owns both accounts, Max is a member of both, Eve of the strict one alone.
fn people() -> [Person; 3] {
    [ada(), max(), eve()]
}

impl House {
    /// Builds it.
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
            let file = server.folder().join("twinlock.db");
            Witness::new(&format!("sqlite:{}", file.display()), people).await
        });
        let browsers = (0..SEATS).map(|_| server.browser()).collect();
        Self {
            runtime,
            server,
            journal: Journal::default(),
            witness,
            counters: [0; 3],
            strict,
            lax,
            browsers,
        }
    }

    /// Does it, notes what was seen and checks the promises.
    pub fn perform(&mut self, action: Action) {
        let complete = self.act(action);
        self.check(complete);
    }

    /// Answers whose counter may have fallen by it.
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
                    code: Shown::Step(0),
                },
                Action::Finish(seat),
            ]),
            Action::WholeSignIn(seat) => self.all([
                Action::SignIn { seat, right: true },
                Action::Wait { seconds: 30 },
                Action::GiveCode {
                    seat,
                    code: Shown::Step(0),
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
                    code: Shown::Step(0),
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

    fn sign_in(&mut self, seat: Seat, right: bool) -> Option<usize> {
        let person = people()[person_of(seat)];
        let password = if right {
            person.password
        } else {
            "a wrong password of theirs"
        };
        let answer = self.call(
            seat,
            "session/sign_in",
            json!({ "email": person.email, "password": password }),
        );
        if !answer.status.is_success() {
            return None;
        }
        self.journal.proved[seat] = false;
        self.journal.pending.remove(&seat);
        let is_complete = answer.json()["standing"]["standing"] != "half_signed_in";
        is_complete.then_some(person_of(seat))
    }

    fn give_code(&mut self, seat: Seat, code: Shown) -> Option<usize> {
        let key = self.journal.keys[person_of(seat)].clone();
        let (code, step) = self.code(seat, key.as_deref(), code);
        let answer = self.call(seat, "session/verify_code", json!({ "code": code }));
        self.note_step(seat, &answer, key, step)
    }

    fn note_step(
        &mut self,
        seat: Seat,
        answer: &Answer,
        key: Option<String>,
        step: i64,
    ) -> Option<usize> {
        if !answer.status.is_success() {
            return None;
        }
        self.journal.accept_step(&key.unwrap(), step);
        self.journal.proved[seat] = true;
        Some(person_of(seat))
    }

    fn give_backup_code(&mut self, seat: Seat, index: usize) -> Option<usize> {
        let code = self.backup_code(seat, index);
        let answer = self.call(seat, "session/verify_backup_code", json!({ "code": code }));
        self.note_backup_code(seat, &answer, &code)
    }

    fn note_backup_code(&mut self, seat: Seat, answer: &Answer, code: &str) -> Option<usize> {
        if !answer.status.is_success() {
            return None;
        }
        self.journal.accept_code(code);
        self.journal.proved[seat] = true;
        Some(person_of(seat))
    }

    fn confirm_password(&mut self, seat: Seat) -> Option<usize> {
        let password = people()[person_of(seat)].password;
        self.call(
            seat,
            "session/confirm_password",
            json!({ "password": password }),
        );
        None
    }

    fn choose(&mut self, seat: Seat, strict: bool) -> Option<usize> {
        let account = if strict { &self.strict } else { &self.lax };
        let request = json!({ "account": account });
        self.call(seat, "session/choose_account", request);
        None
    }

    fn set_up(&mut self, seat: Seat) -> Option<usize> {
        let answer = self.ask(seat, "mfa/set_up");
        if answer.status.is_success() {
            let key = answer.json()["key"].as_str().unwrap().to_owned();
            self.journal.pending.insert(seat, key);
        }
        None
    }

    fn confirm(&mut self, seat: Seat, code: Shown) -> Option<usize> {
        let key = self.journal.pending.get(&seat).cloned();
        let (code, step) = self.code(seat, key.as_deref(), code);
        let answer = self.call(seat, "mfa/confirm", json!({ "code": code }));
        if !answer.status.is_success() {
            return None;
        }
        self.journal.keys[person_of(seat)].clone_from(&key);
        self.note_sheet(seat, &answer.json());
        // It gives back what it counted itself, and no more.
        self.note_step(seat, &answer, key, step);
        None
    }

    fn codes_from(&mut self, seat: Seat, function: &str) -> Option<usize> {
        let answer = self.ask(seat, function);
        if answer.status.is_success() {
            self.note_sheet(seat, &answer.json());
        }
        None
    }

    fn note_sheet(&mut self, seat: Seat, sheet: &Value) {
        let shown = &mut self.journal.shown[person_of(seat)];
        shown.splice(0..0, codes(sheet));
        let id = sheet["set"].as_str().unwrap().to_owned();
        self.journal.sets.insert(seat, id);
    }

    fn finish(&mut self, seat: Seat) -> Option<usize> {
        let id = self
            .journal
            .sets
            .get(&seat)
            .cloned()
            .unwrap_or_else(|| "0".repeat(32));
        self.call(seat, "mfa/finish", json!({ "set": id }));
        None
    }

    fn question(&mut self, seat: Seat, purpose: Purpose) -> Option<usize> {
        let intent = self.intent(purpose);
        self.call(seat, "step_up/ask", intent);
        None
    }

    fn verify(&mut self, seat: Seat, purpose: Purpose, code: Shown) -> Option<usize> {
        let key = self.journal.keys[person_of(seat)].clone();
        let (code, step) = self.code(seat, key.as_deref(), code);
        let mut request = self.intent(purpose);
        request["code"] = json!(code);
        let answer = self.call(seat, "step_up/verify_code", request);
        // It gives back what it counted itself, and no more.
        self.note_step(seat, &answer, key, step);
        None
    }

    fn verify_backup(&mut self, seat: Seat, purpose: Purpose, index: usize) -> Option<usize> {
        let code = self.backup_code(seat, index);
        let mut request = self.intent(purpose);
        request["code"] = json!(code);
        let answer = self.call(seat, "step_up/verify_backup_code", request);
        self.note_backup_code(seat, &answer, &code)
    }

    fn carry_out(&mut self, seat: Seat, purpose: Purpose) -> Option<usize> {
        let about = self.intent(purpose);
        match purpose {
            Purpose::Reset => self.set_up(seat),
            Purpose::Generate => self.codes_from(seat, "mfa/generate"),
            Purpose::Delete => {
                let is_gone = self.ask(seat, "mfa/delete").status.is_success();
                self.forget_method(person_of(seat), is_gone)
            }
            Purpose::RuleOff => {
                self.call(seat, "accounts/lift_rule", about);
                None
            }
            Purpose::MemberReset => {
                let is_gone = self
                    .call(seat, "accounts/reset_member", about)
                    .status
                    .is_success();
                self.forget_method(1, is_gone)
            }
        }
    }

    /// A method that is gone takes its counter with it.
    fn forget_method(&mut self, person: usize, is_gone: bool) -> Option<usize> {
        if !is_gone {
            return None;
        }
        self.journal.keys[person] = None;
        Some(person)
    }

    fn test(&mut self, seat: Seat, code: Shown) -> Option<usize> {
        let key = self.journal.keys[person_of(seat)].clone();
        let (code, step) = self.code(seat, key.as_deref(), code);
        let answer = self.call(seat, "mfa/test", json!({ "code": code }));
        if answer.status.is_success() {
            self.journal.accept_step(&key.unwrap(), step);
        }
        None
    }

    fn operate(&mut self, operator: Operator) -> Option<usize> {
        let due = self.runtime.block_on(self.operated(operator));
        self.expect(&due, "the operator");
        match operator {
            Operator::Unlock { person } => Some(person),
            Operator::ResetMfa { person } => {
                self.forget_method(person, !matches!(due, Due::Nothing))
            }
            _ => None,
        }
    }

    /// Answers what it has to leave.
    async fn operated(&self, operator: Operator) -> Due {
        let (server, services) = (&self.server, &self.server.services);
        match operator {
            Operator::Rule(on) => {
                server.require_mfa(STRICT, on).await;
                let action = if on { "rule_on" } else { "rule_off" };
                Due::Row(action, "succeeded", None)
            }
            Operator::Disabled { person, disabled } => {
                let user = server.user(&people()[person]).await;
                let action = if disabled {
                    "user_disable"
                } else {
                    "user_enable"
                };
                // The last Owner who can sign in is not disabled.
                match services.users.set_disabled(&user, disabled).await.unwrap() {
                    MembershipChange::Done => Due::Row(action, "succeeded", Some(person)),
                    _ => Due::Nothing,
                }
            }
            Operator::Unlock { person } => {
                let somebody = people()[person];
                let index = services.vault.email_index(&somebody.email.parse().unwrap());
                let user = server.user(&somebody).await;
                services.attempts.unlock(&user, index).await.unwrap();
                Due::Row("user_unlock", "succeeded", Some(person))
            }
            Operator::ResetMfa { person } => {
                let user = server.user(&people()[person]).await;
                if services.mfa.reset_by_operator(&user).await.unwrap() {
                    Due::Row("method_reset", "succeeded", Some(person))
                } else {
                    Due::Nothing
                }
            }
            Operator::NewPassword { person } => {
                let somebody = people()[person];
                let password = Password::choose(somebody.password, &[]).unwrap();
                let hash = services.hasher.hash(password.expose()).await.unwrap();
                let user = server.user(&somebody).await;
                services.users.set_password(&user, hash).await.unwrap();
                Due::Row("password_change", "succeeded", Some(person))
            }
        }
    }

    fn intent(&self, purpose: Purpose) -> Value {
        match purpose {
            Purpose::Reset => json!({ "action": "reset" }),
            Purpose::Delete => json!({ "action": "delete" }),
            Purpose::Generate => json!({ "action": "generate" }),
            Purpose::RuleOff => json!({ "action": "rule-off", "account": self.strict }),
            Purpose::MemberReset => {
                let member = self.runtime.block_on(self.server.user(&max()));
                json!({ "action": "member-reset", "account": self.strict, "member": member })
            }
        }
    }

    /// The code and the step it belongs to.
    fn code(&mut self, seat: Seat, key: Option<&str>, shown: Shown) -> (String, i64) {
        let now = self.server.clock.now();
        let Some(app) = key.map(Authenticator::new) else {
            return ("000000".to_owned(), 0);
        };
        let given = match shown {
            Shown::Step(by) => {
                let step = TimeStep::at(now).offset(by);
                (app.code_of(step), step.number())
            }
            Shown::Wrong => return (app.wrong_code(now), 0),
            Shown::Again => {
                return self
                    .journal
                    .last
                    .get(&seat)
                    .cloned()
                    .unwrap_or(("000000".to_owned(), 0));
            }
        };
        self.journal.last.insert(seat, given.clone());
        given
    }

    fn backup_code(&self, seat: Seat, index: usize) -> String {
        let shown = &self.journal.shown[person_of(seat)];
        shown
            .get(index)
            .cloned()
            .unwrap_or_else(|| "AAAA-AAAA-AAAA-AAAA".to_owned())
    }

    fn plain(&mut self, seat: Seat, function: &str) -> Option<usize> {
        self.ask(seat, function);
        None
    }

    fn ask(&mut self, seat: Seat, function: &str) -> Answer {
        self.send(seat, function, Value::Null)
    }

    fn call(&mut self, seat: Seat, function: &str, request: Value) -> Answer {
        self.send(seat, function, request)
    }

    fn send(&mut self, seat: Seat, function: &str, request: Value) -> Answer {
        let mut browser = self.browsers[seat].clone();
        let answer = self.witnessed(seat, &mut browser, function, request);
        let former = self.token(seat);
        self.browsers[seat] = browser;
        self.note_token(seat, former);
        answer
    }

    /// Sends it, and looks for what it has to leave.
    fn witnessed(
        &mut self,
        seat: Seat,
        browser: &mut Browser,
        function: &str,
        request: Value,
    ) -> Answer {
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
            .cookie("twinlock")
            .unwrap_or_default()
            .to_owned()
    }

    /// A look from a browser that changes nothing of it.
    pub fn ask_from(&mut self, seat: Seat, function: &str) -> Answer {
        let mut browser = self.browsers[seat].clone();
        self.witnessed(seat, &mut browser, function, Value::Null)
    }

    /// The same with a request.
    pub fn call_from(&mut self, seat: Seat, function: &str, request: Value) -> Answer {
        let mut browser = self.browsers[seat].clone();
        self.witnessed(seat, &mut browser, function, request)
    }

    /// Whether the store has a second factor for the browser's session.
    pub fn recorded_second_factor(&self, seat: Seat) -> bool {
        let token: Token = self.token(seat).parse().unwrap();
        let found = self
            .runtime
            .block_on(self.server.services.sessions.find(token.hash()));
        found.unwrap().unwrap().facts.second_factor_at.is_some()
    }

    /// Wrong codes in a row, as stored.
    pub fn refused_in_a_row(&self, person: usize) -> u32 {
        self.runtime.block_on(async {
            let user = self.server.user(&people()[person]).await;
            self.server
                .services
                .attempts
                .refused_in_a_row(&user)
                .await
                .unwrap()
        })
    }

    /// Whether the strict account demands MFA at the moment.
    pub fn is_required(&self) -> bool {
        self.runtime.block_on(async {
            let accounts = &self.server.services.accounts;
            accounts
                .find(&STRICT.parse().unwrap())
                .await
                .unwrap()
                .unwrap()
                .requires_mfa
        })
    }
}
