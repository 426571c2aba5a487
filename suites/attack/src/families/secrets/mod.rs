//! D: secrets in logs, database, memory and answers.

mod at_rest;
mod errors;
mod memory;
mod passwords;

use crate::attack::{Attack, AttackPlan, attack};

use at_rest::{d1_the_log_at_its_most_talkative, d2_the_database_and_its_files};
use errors::d5_errors_of_every_class;
use memory::d6_the_memory_of_the_server;
use passwords::{d10_passwords_of_every_kind, d11_a_sign_in_that_stops_at_the_code};

pub fn attacks() -> Vec<Attack> {
    vec![
        attack!(d1_the_log_at_its_most_talkative),
        attack!(d2_the_database_and_its_files),
        attack!(
            "D4",
            AttackPlan::Elsewhere(
                "server/tests/command_line/keys/rotation.rs",
                "rotate_while_people_sign_in_and_drop_the_old_one",
                "300 rows with every run, 10,000 in the deep one; a start without the key refuses: a_key_that_rows_need_stops_the_start"
            )
        ),
        attack!(d5_errors_of_every_class),
        attack!(d6_the_memory_of_the_server),
        attack!(
            "D7",
            AttackPlan::NotApplicable(
                "no metrics are exported yet; the only span is `request` with the request's id, which D1 searches"
            )
        ),
        attack!(
            "D8",
            AttackPlan::Elsewhere(
                "server/tests/journeys/events.rs",
                "a_methods_life_is_told_step_by_step",
                "each event is compared with what happened; it is written in the transaction of its effect (storage/tests/contract/events/mod.rs)"
            )
        ),
        attack!(d10_passwords_of_every_kind),
        attack!(d11_a_sign_in_that_stops_at_the_code),
    ]
}
