//! The attacker's tools: a separate server, browsers, an authenticator, and control of the clock.
//! The suite uses none of the product's code, because shared code would repeat its errors here.

mod at_once;
mod functions;
mod search;
mod spread;

pub use at_once::{accepted, at_once};
pub use functions::{FUNCTIONS, GUESSABLE, SET_UP_ONLY, well_formed};
pub use search::{Secret, find};
pub use spread::spread;
pub use testkit::{
    authenticator::{Authenticator, STEP},
    chance::Chance,
    http::{HttpAnswer, HttpBrowser, PersistentConnection, ServerAddress},
    operator::OperatorCommands,
    people::{PASSWORD, Person, code_list},
    site::{EnrolledPerson, TestSite, step_up},
    software_key::SoftwareKey,
};
