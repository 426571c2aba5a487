//! RA, RB and RC: the red team's list, with its own numbers: `RA1` is its A1.

mod budgets;
mod sessions;
mod strangers;

use budgets::{
    ra4_wrong_codes_in_a_stolen_session, rb4_wrong_codes_of_strangers_who_know_the_password,
};
use sessions::{
    ra1_the_key_of_a_reset_that_was_left, ra2_codes_that_were_left_on_the_screen,
    ra3_the_grant_of_a_sign_in_by_backup_code, rc10_what_a_half_session_learns,
};
use strangers::{
    rb1_an_address_over_its_limit, rb2_rows_of_a_network_of_hosts, rb3_a_name_under_siege,
};

use crate::attack::{Attack, AttackPlan, attack};

pub fn attacks() -> Vec<Attack> {
    let mut all = vec![
        attack!(ra1_the_key_of_a_reset_that_was_left),
        attack!(ra2_codes_that_were_left_on_the_screen),
        attack!(ra3_the_grant_of_a_sign_in_by_backup_code),
        attack!(ra4_wrong_codes_in_a_stolen_session),
        attack!(rb1_an_address_over_its_limit),
        attack!(rb2_rows_of_a_network_of_hosts),
        attack!(rb3_a_name_under_siege),
        attack!(rb4_wrong_codes_of_strangers_who_know_the_password),
    ];
    all.extend(smaller());
    all
}

/// Family C: most of it concerns the operator's machine, which the command line's tests cover.
fn smaller() -> [Attack; 11] {
    [
        attack!(
            "RC1",
            AttackPlan::Elsewhere(
                "server/tests/journeys/known_facts.rs",
                "rc1_an_invitation_knows_the_name",
                "an invitation takes no password made of the brand, the email or the name; `user set-password`: server/src/cli/input/password.rs"
            )
        ),
        attack!(
            "RC2",
            AttackPlan::NotApplicable(
                "docs/SECURITY.md says how long an event waits for its seal (Security events)"
            )
        ),
        attack!(
            "RC3",
            AttackPlan::Elsewhere(
                "storage/tests/contract/people/memberships.rs",
                "an_invited_owner_does_not_count",
                "an Owner who is only invited keeps no account; the command: server/tests/command_line/people/user_changes.rs"
            )
        ),
        attack!(
            "RC4",
            AttackPlan::Elsewhere(
                "server/tests/command_line/database/backup.rs",
                "a_backup_with_a_foreign_schema",
                "a restored file with a trigger, a view, a default or an index that is not ours; at start: doctor.rs beside it"
            )
        ),
        attack!(
            "RC5",
            AttackPlan::Elsewhere(
                "server/tests/command_line/keys/key_file.rs",
                "of_another_user",
                "a key file of another user, links that were planted, wide modes: server/src/keys/key_file/tests.rs too"
            )
        ),
        attack!(
            "RC6",
            AttackPlan::Elsewhere(
                "storage/tests/contract/people/users.rs",
                "any_user_ends_the_set_up_link",
                "the link of the first start after the last user was removed"
            )
        ),
        attack!(
            "RC7",
            AttackPlan::Elsewhere(
                "storage/tests/contract/sign_in/session_bounds.rs",
                "rc7_of_many_at_once_no_more_are_opened",
                "right passwords open 30 sessions a minute, and 5 half and 20 complete ones stay"
            )
        ),
        attack!(
            "RC8",
            AttackPlan::Elsewhere(
                "server/tests/command_line/serving/demo.rs",
                "others_behind_a_proxy",
                "`serve --demo` under a public URL of another machine"
            )
        ),
        attack!(
            "RC9",
            AttackPlan::Elsewhere(
                "server/tests/command_line/serving/serve.rs",
                "a_proxy_says",
                "a trusted network that is written as IPv6; the forms that are refused: server/src/config/limits.rs"
            )
        ),
        attack!(rc10_what_a_half_session_learns),
        attack!(
            "RC11",
            AttackPlan::NotApplicable(
                "docs/SECURITY.md answers a writer of the database, DNS rebinding and a trusted network with clients (Threat model, ADR 25)"
            )
        ),
    ]
}
