//! Users, accounts and memberships.

pub(crate) mod account_rules;
pub(crate) mod accounts;
pub(crate) mod invitations;
pub(crate) mod member_list;
pub(crate) mod members;
pub(crate) mod owners;
pub(crate) mod password_changes;
pub(crate) mod users;
