//! The codes that users give.

use domain::time::TimeStep;
use serde_json::{Value, json};

use super::{ModelSite, person_of};
use crate::{
    actions::{CodeChoice, Nth, Seat},
    journal::Given,
    support::Authenticator,
};

impl Given {
    /// The request of a function that takes a code.
    pub fn request(&self) -> Value {
        json!({ "code": self.code, "by": self.by })
    }
}

impl ModelSite {
    /// A code of one of the user's applications.
    pub(super) fn code(&mut self, seat: Seat, app: Nth, choice: CodeChoice) -> Given {
        let app = self.journal.application(person_of(seat), app);
        let (by, key) = app.unzip();
        self.code_of(seat, by, key, choice)
    }

    /// A code of a key.
    pub(super) fn code_of(
        &mut self,
        seat: Seat,
        by: Option<String>,
        key: Option<String>,
        choice: CodeChoice,
    ) -> Given {
        let now = self.server.clock.now();
        let no_code = Given {
            by,
            key: String::new(),
            code: "000000".to_owned(),
            step: 0,
        };
        let of = |key: String, by: i64| {
            let step = TimeStep::at(now).offset(by).number();
            Given {
                code: Authenticator::new(&key).code_of_step(step),
                key,
                step,
                ..no_code.clone()
            }
        };
        let given = match (choice, key) {
            (CodeChoice::Again, _) => {
                return self.journal.last.get(&seat).cloned().unwrap_or(no_code);
            }
            (CodeChoice::Gone, key) => {
                let given = self.journal.gone_application(person_of(seat));
                let given = given.map(|gone| of(gone, 0));
                let is_of = |given: &Given| {
                    key.is_some_and(|key| (-3..=3).any(|by| of(key.clone(), by).code == given.code))
                };
                // Two keys have the same code now and then.
                return given.filter(|given| !is_of(given)).unwrap_or(no_code);
            }
            (_, None) => return no_code,
            (CodeChoice::Step(by), Some(key)) => of(key, by),
            (CodeChoice::Wrong, Some(key)) => {
                let code = Authenticator::new(&key).wrong_code(now.millis());
                return Given { code, ..no_code };
            }
        };
        self.journal.last.insert(seat, given.clone());
        given
    }

    pub(super) fn backup_code(&self, seat: Seat, index: usize) -> String {
        let shown = &self.journal.shown[person_of(seat)];
        shown
            .get(index)
            .cloned()
            .unwrap_or_else(|| "AAAA-AAAA-AAAA-AAAA".to_owned())
    }
}
