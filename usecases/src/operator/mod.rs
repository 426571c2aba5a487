//! What the operator does through the command line: accounts, users, memberships,
//! links and applications.
//!
//! The operator is not a user, so these use cases need neither a session nor a permission of the
//! policy. Their context is [`Operator`]. The command line parses the input and prints the result.

mod accounts;
mod applications;
mod error;
mod import;
mod links;
mod members;
mod second_factor;
mod users;

use domain::{
    events::{Actor, Origin},
    time::Timestamp,
};

use crate::Services;

pub use accounts::{
    add_account, count_without_mfa, find_account, list_accounts, list_colliding_accounts,
    list_members, remove_account, rename_account, set_rule,
};
pub use applications::{
    AddApplication, add_application, edit_application, find_application, find_application_at,
    list_applications, remove_application,
};
pub use error::OperatorError;
pub use import::{Difference, ImportPlan, JudgedLine, LineVerdict, Mismatch, Refusal};
pub use links::{Invitation, invite, offer_setup_link};
pub use members::{add_member, remove_member, set_role};
pub use second_factor::{reset_mfa, unlock};
pub use users::{
    AddUser, add_user, find_user, find_user_by_id, is_empty, list_colliding_users, list_users,
    remove_user, set_email, set_password, set_status,
};

/// One command of the operator: the services and the instant.
pub struct Operator {
    /// The ports and the settings. Every security event that they write names the operator.
    services: Services,
    /// The instant, the same for the whole command.
    now: Timestamp,
}

impl Operator {
    /// A command of the operator, at the current time of the services' clock.
    #[must_use]
    pub fn new(services: &Services) -> Self {
        let now = services.clock.now();
        Self {
            services: services.seen_from(Origin::here(Actor::Operator, now)),
            now,
        }
    }
}
