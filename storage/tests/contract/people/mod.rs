//! Users, accounts and memberships.

mod accounts;
mod imports;
mod member_list;
mod members;
pub mod memberships;
mod password_changes;
mod rules;
mod users;
