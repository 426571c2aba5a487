//! Journeys, attacks and races through the real router and store: what may succeed once succeeds
//! once, also with concurrent requests.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that can't go on should stop, in its helpers too"
)]

#[path = "../support/mod.rs"]
mod support;

mod account_rule;
mod change_password;
mod clock;
mod door;
mod enrolment;
mod events;
mod guess_budgets;
mod imported;
mod keys;
mod known_browsers;
mod known_facts;
mod members;
mod open_session;
mod races;
mod reset;
mod several_methods;
mod step_up;
