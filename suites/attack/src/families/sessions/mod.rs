//! X: sessions and their tokens.

mod afterwards;
mod ends;
mod steps;
mod tokens;

use crate::attack::{Attack, AttackPlan, attack};

use afterwards::{
    x12_two_people_in_one_browser, x14_an_ended_session_after_a_restart,
    x15_a_changed_role_or_membership,
};
use ends::{
    x4_a_token_after_sign_out, x5_a_new_password_ends_everything,
    x6_a_changed_factor_ends_the_other_sessions, x7_somebody_is_disabled,
    x8_idle_and_absolute_bounds,
};
use steps::{x1_a_planted_cookie, x2_each_token_before};
use tokens::{x9_many_tokens, x10_what_the_cookie_says};

pub fn attacks() -> Vec<Attack> {
    vec![
        attack!(x1_a_planted_cookie),
        attack!(x2_each_token_before),
        attack!(x4_a_token_after_sign_out),
        attack!(x5_a_new_password_ends_everything),
        attack!(x6_a_changed_factor_ends_the_other_sessions),
        attack!(x7_somebody_is_disabled),
        attack!(x8_idle_and_absolute_bounds),
        attack!(x9_many_tokens),
        attack!(x10_what_the_cookie_says),
        attack!(x12_two_people_in_one_browser),
        attack!(
            "X13",
            AttackPlan::NotApplicable(
                "there is no list of sessions; a change of factor, a reset and the operator end them (X5, X6, X7)"
            )
        ),
        attack!(x14_an_ended_session_after_a_restart),
        attack!(x15_a_changed_role_or_membership),
    ]
}
