//! Random sequences of what users, thieves and the operator may do, against the real router and
//! store with a test clock. The promises of `promises.rs` and `method_promises.rs` must hold after
//! each step. 30 sequences run; `TWINLOCK_CASES` sets the number.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that can't go on should stop, in its helpers too"
)]

#[path = "../support/mod.rs"]
mod support;

mod actions;
mod events;
mod journal;
mod method_promises;
mod promises;
mod site;

use proptest::{
    strategy::{BoxedStrategy, Just, Strategy},
    test_runner::Config,
};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};

use actions::Action;
use site::ModelSite;

/// The reference model has no state: every action is possible at any time, and the product's
/// answers tell its effect.
/// The site's journal keeps what was seen.
struct Anything;

impl ReferenceStateMachine for Anything {
    type State = ();
    type Transition = Action;

    fn init_state() -> BoxedStrategy<()> {
        Just(()).boxed()
    }

    fn transitions((): &()) -> BoxedStrategy<Action> {
        actions::any_action()
    }

    fn apply((): (), _: &Action) {}
}

struct Model;

impl StateMachineTest for Model {
    type SystemUnderTest = ModelSite;
    type Reference = Anything;

    fn init_test((): &()) -> ModelSite {
        ModelSite::build()
    }

    fn apply(mut site: ModelSite, (): &(), action: Action) -> ModelSite {
        site.perform(action);
        site
    }
}

/// Returns the number of sequences of each of the two tests; there are two so that they run on two
/// cores.
fn cases() -> u32 {
    let set = std::env::var("TWINLOCK_CASES").ok();
    set.map_or(30, |text| text.parse().unwrap()) / 2
}

prop_state_machine! {
    #![proptest_config(Config { cases: cases(), max_shrink_iters: 400, ..Config::default() })]

    #[test]
    fn the_promises_hold_in_any_order(sequential 10..60 => Model);

    #[test]
    fn the_promises_hold_in_any_other_order(sequential 10..60 => Model);
}
