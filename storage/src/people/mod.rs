//! Users, accounts and memberships.

pub(crate) mod account_rules;
pub(crate) mod accounts;
pub(crate) mod imports;
pub(crate) mod invitations;
pub(crate) mod member_list;
pub(crate) mod members;
pub(crate) mod owners;
pub(crate) mod password_changes;
pub(crate) mod user_rows;
pub(crate) mod users;

use domain::ports::MembershipChange;

/// The answer of a change to one user or membership, by the number of rows that it changed.
const fn membership_change(rows: u64) -> MembershipChange {
    if rows == 1 {
        MembershipChange::Done
    } else {
        MembershipChange::NotThere
    }
}
