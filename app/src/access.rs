//! Who may call which server function. A function that does not stand here is answered with 404, and a test compares this table with
//! what is registered.

use domain::policy::Access::{self, AnySession, Enrolment, Full, HalfSignedIn, Public};

/// Every server function and its access class.
pub const ACCESS: &[(&str, Access)] = &[
    ("/api/session/whoami", Public),
    ("/api/session/sign_in", Public),
    ("/api/session/verify_code", HalfSignedIn),
    ("/api/session/verify_backup_code", HalfSignedIn),
    ("/api/session/sign_out", AnySession),
    ("/api/session/confirm_password", Enrolment),
    ("/api/session/check_setup_link", Public),
    ("/api/session/create_first_owner", Public),
    ("/api/session/check_invitation", Public),
    ("/api/session/accept_invitation", Public),
    ("/api/profile/view", Full),
    ("/api/mfa/set_up", Enrolment),
    ("/api/mfa/pending", Enrolment),
    ("/api/mfa/confirm", Enrolment),
    ("/api/mfa/cancel", Enrolment),
    ("/api/mfa/backup_codes", Enrolment),
    ("/api/mfa/finish", Enrolment),
];

/// The access class of a path; `None` when there is no such function.
#[must_use]
pub fn class_of(path: &str) -> Option<Access> {
    ACCESS
        .iter()
        .find(|(known, _)| *known == path)
        .map(|(_, access)| *access)
}
