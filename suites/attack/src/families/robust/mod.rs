//! I: malformed requests that no client sends by accident.

mod damage;
mod readings;
mod slow;
mod storm;

use crate::attack::{Attack, AttackPlan, attack};

use readings::{i3_http2_is_not_served, i4_two_readings_of_one_request};
use slow::i2_large_and_slow_requests;
use storm::i1_mutated_requests;

pub fn attacks() -> Vec<Attack> {
    vec![
        attack!(i1_mutated_requests),
        attack!(i2_large_and_slow_requests),
        attack!(i3_http2_is_not_served),
        attack!(i4_two_readings_of_one_request),
        attack!(
            "I5",
            AttackPlan::Elsewhere(
                "server/tests/http/last_resort.rs",
                "panic!(\"hunter2\")",
                "a panic has to be put into a handler: 500 without its text, and the process lives"
            )
        ),
    ]
}
