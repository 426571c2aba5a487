//! The attacker's tools: a separate server, browsers, an authenticator, and control of the clock.
//! The suite uses none of the product's code, because shared code would repeat its errors here.

mod answer;
mod at_once;
mod browser;
mod chance;
mod clock;
mod functions;
mod kept;
mod people;
mod search;
mod world;

pub use answer::Answer;
pub use at_once::{accepted, at_once};
pub use browser::{Browser, Door};
pub use chance::{Chance, spread};
pub use clock::Clock;
pub use functions::{FUNCTIONS, GUESSABLE, SET_UP_ONLY, well_formed};
pub use kept::Kept;
pub use people::{Enrolled, PASSWORD, Person, code_list, step_up};
pub use search::{Secret, find};
pub use testkit::{
    authenticator::{Authenticator, STEP},
    process::{Done, Running, binary, run},
};
pub use world::World;
