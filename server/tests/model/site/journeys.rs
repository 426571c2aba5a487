//! Complete journeys, as most users go them.

use super::{ModelSite, person_of};
use crate::actions::{Action, CodeChoice, Kind, NewKey, Occasion, Purpose, Seat, Signer, Signing};

impl ModelSite {
    pub(super) fn whole_set_up(&mut self, seat: Seat, kind: Kind) -> Option<usize> {
        let sign_in = Action::SignIn { seat, right: true };
        let choose = Action::Choose { seat, strict: true };
        let set_up = Action::SetUp {
            seat,
            kind,
            is_default: true,
        };
        self.all([sign_in, choose, set_up, confirm(seat, kind)]);
        self.all([Action::Finish(seat)])
    }

    pub(super) fn whole_sign_in(&mut self, seat: Seat, by_key: bool) -> Option<usize> {
        self.all([Action::SignIn { seat, right: true }]);
        self.all(if self.proves_by_key(seat, by_key) {
            sign(seat, Occasion::SignIn)
        } else {
            let (app, code) = (0, CodeChoice::Step(0));
            let give = Action::GiveCode { seat, app, code };
            [Action::Wait { seconds: 30 }, give]
        });
        let strict = seat.is_multiple_of(2);
        self.all([Action::Choose { seat, strict }])
    }

    pub(super) fn whole_step_up(
        &mut self,
        seat: Seat,
        by_key: bool,
        purpose: Purpose,
    ) -> Option<usize> {
        self.open_session(seat, by_key);
        // Often one of several is deleted, and not the last.
        if let Purpose::Delete(nth) = purpose
            && nth.is_multiple_of(2)
            && self.journal.methods[person_of(seat)].len() == 1
        {
            self.whole_step_up(seat, by_key, Purpose::Add(Kind::Passkey));
        }
        self.all([Action::Ask { seat, purpose }]);
        self.all(if self.proves_by_key(seat, by_key) {
            sign(seat, Occasion::StepUp(purpose))
        } else {
            let (app, code) = (0, CodeChoice::Step(0));
            let verify = Action::Verify {
                seat,
                purpose,
                app,
                code,
            };
            [Action::Wait { seconds: 30 }, verify]
        });
        self.all([Action::Act { seat, purpose }]);
        match purpose {
            Purpose::Add(kind) => self.all([confirm(seat, kind)]),
            _ => None,
        }
    }

    pub(super) fn whole_signing(
        &mut self,
        seat: Seat,
        occasion: Occasion,
        signer: Signer,
        signing: Signing,
    ) -> Option<usize> {
        match occasion {
            Occasion::SignIn => self.all([Action::SignIn { seat, right: true }]),
            Occasion::Test(_) => self.open_session(seat, true),
            Occasion::StepUp(purpose) => {
                self.open_session(seat, true);
                self.all([Action::Ask { seat, purpose }])
            }
        };
        let sign = |signing| Action::Sign {
            seat,
            occasion,
            signer,
            signing,
        };
        let challenge = Action::Challenge { seat, occasion };
        self.all([challenge, sign(signing), sign(Signing::Again)])
    }

    /// Signs in, or sets up a first method, unless the browser's session may do everything.
    fn open_session(&mut self, seat: Seat, by_key: bool) -> Option<usize> {
        if self.ask_from(seat, "profile/view").is_success()
            && !self.journal.methods[person_of(seat)].is_empty()
        {
            return None;
        }
        self.whole_sign_in(seat, by_key);
        if !self.journal.methods[person_of(seat)].is_empty() {
            return None;
        }
        let kind = if by_key {
            Kind::Passkey
        } else {
            Kind::Application
        };
        self.whole_set_up(seat, kind)
    }

    /// Whether the user proves who they are by a key: they have one, and want it or have no
    /// application.
    fn proves_by_key(&self, seat: Seat, by_key: bool) -> bool {
        let person = person_of(seat);
        let has_application = self.journal.application(person, 0).is_some();
        self.journal.device(person, 0).is_some() && (by_key || !has_application)
    }

    /// Returns the user. The promises are checked at the end only, because this is long.
    pub(super) fn fill_with_keys(&mut self, seat: Seat) -> usize {
        let person = person_of(seat);
        self.act(Action::SignIn { seat, right: true });
        for action in sign(seat, Occasion::SignIn) {
            self.act(action);
        }
        let kind = Kind::SecurityKey;
        let purpose = Purpose::Add(kind);
        let [challenge, sign] = sign(seat, Occasion::StepUp(purpose));
        let (ask, act) = (Action::Ask { seat, purpose }, Action::Act { seat, purpose });
        while self.journal.device(person, 0).is_some() {
            let before = self.journal.methods[person].len();
            for action in [ask, challenge, sign, act, confirm(seat, kind)] {
                self.act(action);
            }
            if self.journal.methods[person].len() == before {
                break;
            }
        }
        person
    }

    /// Performs the actions, and checks the promises after each one.
    fn all<const N: usize>(&mut self, actions: [Action; N]) -> Option<usize> {
        for action in actions {
            self.perform(action);
        }
        None
    }
}

fn confirm(seat: Seat, kind: Kind) -> Action {
    match kind {
        Kind::Application => Action::Confirm {
            seat,
            code: CodeChoice::Step(0),
        },
        Kind::Passkey | Kind::SecurityKey => Action::ConfirmKey {
            seat,
            key: NewKey::New,
        },
    }
}

fn sign(seat: Seat, occasion: Occasion) -> [Action; 2] {
    let sign = Action::Sign {
        seat,
        occasion,
        signer: Signer::Own(0),
        signing: Signing::Newest,
    };
    [Action::Challenge { seat, occasion }, sign]
}
