//! A scripted user: a browser, an authenticator, backup codes, and the states that the database may
//! hold about them.

use std::io;

use serde_json::Value;
use testkit::{
    authenticator::Authenticator,
    chance::Chance,
    http::{HttpAnswer, HttpBrowser},
    people::Person,
};

use super::{ClientStage, session::ClientSession};
use crate::{database::PersonKeys, facts::Facts, tally::Tally, watch};

/// Refusals of attempts that were counted.
const COUNTED: [&str; 6] = [
    "wrong_credentials",
    "wrong_code",
    "just_expired",
    "already_used",
    "backup_code_used",
    "clock_off",
];

/// Functions that rotate the session's token, or end the session.
const EXCHANGING: [&str; 7] = [
    "session/verify_code",
    "session/verify_backup_code",
    "session/sign_out",
    "step_up/verify_code",
    "mfa/set_up",
    "mfa/confirm",
    "mfa/delete",
];

/// A scripted user.
pub struct ScriptedClient {
    pub person: Person,
    pub names: PersonKeys,
    /// The states that the database may hold: a single one, or after an act without an answer, one
    /// per transaction of that act.
    pub may_hold: Vec<Facts>,
    /// The act that got no answer.
    pub unanswered: Option<(&'static str, Effect)>,
    pub session: Option<ClientSession>,
    pub app: Option<Authenticator>,
    /// Unused backup codes.
    pub codes: Vec<String>,
    /// The last accepted code, with its step.
    pub last_code: Option<(i64, String)>,
    /// The step whose accepted code was sent again.
    pub step_given_again: Option<i64>,
    /// The last accepted backup code.
    pub last_backup_code: Option<String>,
    pub tried_again: usize,
    pub tally: Tally,
    pub broken: Vec<String>,
    /// A line for each answer since the database was last compared.
    pub journal: Vec<String>,
    /// Every answer since the database was last compared.
    pub answers: Vec<AnswerRecord>,
    pub chance: Chance,
    is_parked: bool,
}

/// How a completed act changes the user's own state.
#[derive(Clone)]
pub enum Effect {
    Nothing,
    /// An authenticator is active; its backup codes are known only from the answer.
    Enrolled(Authenticator, i64, String),
    /// A step's code was accepted.
    CodeTaken(i64, String),
    BackupCodeTaken(String),
    /// These codes are valid now.
    Codes(Vec<String>),
    Deleted,
}

/// An answer that the client received.
pub struct AnswerRecord {
    /// The request id that the server assigned.
    pub id: String,
    /// The state of the database before the act, and after each of its transactions.
    pub steps: Vec<Facts>,
}

/// One request.
pub struct Act {
    pub function: &'static str,
    pub request: Value,
    /// The state of the database before the act, and after each of its transactions.
    pub steps: Vec<Facts>,
    pub effect: Effect,
}

impl ScriptedClient {
    /// A user about whom the database holds nothing special yet.
    pub fn new(person: Person, names: PersonKeys, chance: Chance) -> Self {
        Self {
            person,
            names,
            may_hold: vec![Facts::default()],
            unanswered: None,
            session: None,
            app: None,
            codes: Vec::new(),
            last_code: None,
            step_given_again: None,
            last_backup_code: None,
            tried_again: 0,
            tally: Tally::default(),
            broken: Vec::new(),
            journal: Vec::new(),
            answers: Vec::new(),
            chance,
            is_parked: false,
        }
    }

    /// Acts until the round ends, or until a request gets no answer.
    pub fn play(&mut self, stage: &ClientStage<'_>) {
        self.is_parked = false;
        while !stage.is_over() && !self.is_parked {
            let _now = stage.moment.read().unwrap();
            self.act_once(stage);
        }
    }

    /// The state of the database, as long as every request was answered.
    pub fn facts(&self) -> &Facts {
        &self.may_hold[0]
    }

    /// Performs an act in the held browser; returns the answer if it succeeded.
    pub fn act(&mut self, stage: &ClientStage<'_>, act: Act) -> Option<HttpAnswer> {
        let mut session = self.session.take().unwrap();
        let answer = self.act_in(stage, &mut session, act);
        self.session = Some(session);
        answer
    }

    /// Like [`Self::act`], but in a browser without a session.
    pub fn act_anew(
        &mut self,
        stage: &ClientStage<'_>,
        act: Act,
    ) -> Option<(HttpAnswer, ClientSession)> {
        let mut session = ClientSession::half(HttpBrowser::new(stage.address), stage.clock.now());
        let answer = self.act_in(stage, &mut session, act)?;
        Some((answer, session))
    }

    fn act_in(
        &mut self,
        stage: &ClientStage<'_>,
        session: &mut ClientSession,
        act: Act,
    ) -> Option<HttpAnswer> {
        let Act {
            function,
            request,
            steps,
            effect,
        } = act;
        let now = stage.clock.now();
        let may_have_ended = session.may_have_ended(now);
        let began = watch::now();
        let received = call_any_server(stage, session, function, &request, now);
        let took = began.elapsed();
        let Ok(received) = received else {
            self.tally.unconnected += 1;
            self.is_parked = true;
            return None;
        };
        let Some(answer) = received else {
            self.tally.unanswered += 1;
            self.wait_for_the_end(function, steps, effect);
            return None;
        };
        self.tally.answer(answer.status, took);
        self.journal.push(format!(
            "{now} {function} {} {}",
            answer.status,
            answer.kind()
        ));
        self.answers.push(AnswerRecord {
            id: answer.header("x-request-id").to_owned(),
            steps: steps.clone(),
        });
        match (answer.status, answer.kind()) {
            (200, _) => {
                self.tally.acknowledged += usize::from(steps.len() > 1);
                self.may_hold = steps.into_iter().next_back().into_iter().collect();
                if matches!(effect, Effect::Deleted) {
                    session.refused = 0;
                }
                self.apply(effect);
                return Some(answer);
            }
            (500.., _) => {
                if answer.status == 503 {
                    self.tally.without_retry_after +=
                        usize::from(answer.header("retry-after").is_empty());
                } else {
                    self.tally
                        .raw
                        .push(format!("{function}: {} {}", answer.status, answer.text()));
                }
                self.wait_for_the_end(function, steps, effect);
            }
            (401, kind) if kind == "not_signed_in" => {
                if !may_have_ended {
                    self.broken.push(format!(
                        "J1 {}: {function} says not_signed_in in a session that was acknowledged",
                        self.person.email
                    ));
                }
                session.opened_at = 0;
            }
            (_, kind) => {
                let counted = COUNTED.contains(&&*kind) && steps.len() > 1;
                session.refused += i64::from(counted && session.is_full);
                self.may_hold = vec![steps[usize::from(counted)].clone()];
            }
        }
        None
    }

    fn wait_for_the_end(&mut self, function: &'static str, steps: Vec<Facts>, effect: Effect) {
        self.may_hold = steps;
        self.unanswered = Some((function, effect));
        self.is_parked = true;
    }

    /// Applies an unanswered act that was committed. If the act rotated the token or ended the
    /// session, the session is lost.
    pub fn was_done(&mut self, function: &str, effect: Effect) {
        if EXCHANGING.contains(&function) {
            self.session = None;
        }
        self.apply(effect);
    }

    /// Applies the effect of a completed act.
    pub fn apply(&mut self, effect: Effect) {
        match effect {
            Effect::Nothing => {}
            Effect::Enrolled(app, step, code) => {
                self.app = Some(app);
                self.codes.clear();
                self.last_code = Some((step, code));
                self.last_backup_code = None;
            }
            Effect::CodeTaken(step, code) => self.last_code = Some((step, code)),
            Effect::BackupCodeTaken(code) => {
                self.codes.retain(|known| *known != code);
                self.last_backup_code = Some(code);
            }
            Effect::Codes(codes) => {
                self.codes = codes;
                self.last_backup_code = None;
            }
            Effect::Deleted => {
                self.app = None;
                self.codes.clear();
                self.last_code = None;
                self.last_backup_code = None;
            }
        }
    }

    /// Drops the session unless it stays valid for some time.
    pub fn leave_what_ends(&mut self, now: i64) {
        if self
            .session
            .as_ref()
            .is_some_and(|session| session.may_have_ended(now))
            || self.app.is_none()
        {
            self.session = None;
        }
        if let Some(session) = &mut self.session {
            session.recovered = false;
        }
    }
}

/// Sends a request as a balancer does: if a connection is refused, the request goes to the next
/// instance.
fn call_any_server(
    stage: &ClientStage<'_>,
    session: &mut ClientSession,
    function: &str,
    request: &Value,
    now: i64,
) -> io::Result<Option<HttpAnswer>> {
    session.browser.use_server(stage.address);
    let mut answer = session.call(function, request, now);
    for address in stage.other_servers {
        if answer.is_ok() {
            break;
        }
        session.browser.use_server(address);
        answer = session.call(function, request, now);
    }
    answer
}
