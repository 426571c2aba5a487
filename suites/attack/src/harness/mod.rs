//! The attacker's tools: a separate server, browsers, an authenticator, and control of the clock.
//! The suite uses none of the product's code, because shared code would repeat its errors here.

mod at_once;
mod functions;
mod people;
mod search;
mod spread;
mod world;

pub use at_once::{accepted, at_once};
pub use functions::{FUNCTIONS, GUESSABLE, SET_UP_ONLY, well_formed};
pub use people::{Enrolled, step_up};
pub use search::{Secret, find};
pub use spread::spread;
pub use testkit::{
    authenticator::{Authenticator, STEP},
    chance::Chance,
    clock::Clock,
    http::{Answer, Browser, Connection, Door},
    people::{PASSWORD, Person, code_list},
    process::{Done, Running, binary, run},
};
pub use world::World;
