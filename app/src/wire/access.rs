//! The access class of each server function. A function that is not in this table is answered with
//! 404, and a test compares this table with the registered functions.

use domain::session::policy::Access::{
    self, AnySession, Enrolment, Full, HalfSignedIn, Public, SignedIn,
};

/// Every server function and its access class.
pub const ACCESS: &[(&str, Access)] = &[
    ("/api/session/whoami", Public),
    ("/api/session/sign_in", Public),
    ("/api/session/verify_code", HalfSignedIn),
    ("/api/session/verify_backup_code", HalfSignedIn),
    ("/api/session/key_challenge", HalfSignedIn),
    ("/api/session/verify_key", HalfSignedIn),
    ("/api/session/sign_out", AnySession),
    ("/api/session/confirm_password", Enrolment),
    ("/api/session/check_setup_link", Public),
    ("/api/session/create_first_owner", Public),
    ("/api/session/check_invitation", Public),
    ("/api/session/accept_invitation", Public),
    ("/api/session/helpers", HalfSignedIn),
    ("/api/session/accounts", SignedIn),
    ("/api/session/choose_account", SignedIn),
    ("/api/profile/view", Full),
    ("/api/profile/change_password", Full),
    ("/api/mfa/set_up", Enrolment),
    ("/api/mfa/set_up_key", Enrolment),
    ("/api/mfa/pending", Enrolment),
    ("/api/mfa/confirm", Enrolment),
    ("/api/mfa/confirm_key", Enrolment),
    ("/api/mfa/cancel", Enrolment),
    ("/api/mfa/backup_codes", Enrolment),
    ("/api/mfa/finish", Enrolment),
    ("/api/mfa/keep_codes", Enrolment),
    ("/api/mfa/generate", Full),
    ("/api/mfa/delete", Full),
    ("/api/mfa/rename", Full),
    ("/api/mfa/make_default", Full),
    ("/api/mfa/test", Full),
    ("/api/mfa/key_challenge", Full),
    ("/api/mfa/test_key", Full),
    ("/api/mfa/accepted_keys", Full),
    ("/api/step_up/ask", Full),
    ("/api/step_up/asked", Full),
    ("/api/step_up/verify_code", Full),
    ("/api/step_up/verify_backup_code", Full),
    ("/api/step_up/key_challenge", Full),
    ("/api/step_up/verify_key", Full),
    ("/api/step_up/cancel", Full),
    ("/api/accounts/list", Full),
    ("/api/accounts/require_mfa", Full),
    ("/api/accounts/lift_rule", Full),
    ("/api/accounts/members", Full),
    ("/api/accounts/export", Full),
    ("/api/accounts/reset_member", Full),
];

/// The access class of a path; `None` if there is no such function.
#[must_use]
pub fn class_of(path: &str) -> Option<Access> {
    ACCESS
        .iter()
        .find(|(known, _)| *known == path)
        .map(|(_, access)| *access)
}
