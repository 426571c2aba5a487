//! RA, RB and RC: the red team's list, by its own numbers: `RA1` is its A1.

mod budgets;
mod sessions;

use budgets::{
    ra4_wrong_codes_in_a_stolen_session, rb4_wrong_codes_of_strangers_who_know_the_password,
};
use sessions::{
    ra1_the_key_of_a_reset_that_was_left, ra2_codes_that_were_left_on_the_screen,
    ra3_the_grant_of_a_sign_in_by_backup_code, rc10_what_a_half_session_learns,
};

use crate::attack::{Attack, attack};

pub fn attacks() -> Vec<Attack> {
    vec![
        attack!(ra1_the_key_of_a_reset_that_was_left),
        attack!(ra2_codes_that_were_left_on_the_screen),
        attack!(ra3_the_grant_of_a_sign_in_by_backup_code),
        attack!(ra4_wrong_codes_in_a_stolen_session),
        attack!(rb4_wrong_codes_of_strangers_who_know_the_password),
        attack!(rc10_what_a_half_session_learns),
    ]
}
