//! The codes that users give.

use domain::time::TimeStep;

use super::{ModelSite, person_of};
use crate::{
    actions::{CodeChoice, Seat},
    support::Authenticator,
};

impl ModelSite {
    /// Returns the code and the step that it belongs to.
    pub(super) fn code(
        &mut self,
        seat: Seat,
        key: Option<&str>,
        shown: CodeChoice,
    ) -> (String, i64) {
        let now = self.server.clock.now();
        let Some(app) = key.map(Authenticator::new) else {
            return ("000000".to_owned(), 0);
        };
        let given = match shown {
            CodeChoice::Step(by) => {
                let step = TimeStep::at(now).offset(by);
                (app.code_of_step(step.number()), step.number())
            }
            CodeChoice::Wrong => return (app.wrong_code(now.millis()), 0),
            CodeChoice::Again => {
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

    pub(super) fn backup_code(&self, seat: Seat, index: usize) -> String {
        let shown = &self.journal.shown[person_of(seat)];
        shown
            .get(index)
            .cloned()
            .unwrap_or_else(|| "AAAA-AAAA-AAAA-AAAA".to_owned())
    }
}
