//! Any sequence of what people, thieves and the operator may do, against the real router and store under a clock that is moved: whatever
//! the order, the promises of `promises.rs` hold after each step. About 100 sequences; `TWINLOCK_CASES` says how many.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that can't go on should stop, in its helpers too"
)]

#[path = "../support/mod.rs"]
mod support;

mod actions;
mod events;
mod house;
mod journal;
mod promises;

use proptest::{
    strategy::{BoxedStrategy, Just, Strategy},
    test_runner::Config,
};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};

use actions::Action;
use house::House;

/// The model itself remembers nothing: every action is possible at any time, and what it does must be told by the product. What was
/// seen of it stands in the house's journal.
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
    type SystemUnderTest = House;
    type Reference = Anything;

    fn init_test((): &()) -> House {
        House::build()
    }

    fn apply(mut house: House, (): &(), action: Action) -> House {
        house.perform(action);
        house
    }
}

/// Of each half: two tests, so that two cores work.
fn cases() -> u32 {
    let set = std::env::var("TWINLOCK_CASES").ok();
    set.map_or(100, |text| text.parse().unwrap()) / 2
}

prop_state_machine! {
    #![proptest_config(Config { cases: cases(), max_shrink_iters: 400, ..Config::default() })]

    #[test]
    fn the_promises_hold_in_any_order(sequential 10..60 => Model);

    #[test]
    fn the_promises_hold_in_any_other_order(sequential 10..60 => Model);
}
