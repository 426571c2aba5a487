//! Every table that is copied between databases. Referenced tables come first because of foreign
//! keys.

/// A table and its key columns, by which its rows are identified and iterated.
pub struct Table {
    pub name: &'static str,
    pub key: &'static [&'static str],
}

macro_rules! tables {
    ($($name:literal by $($key:literal),+;)+) => {
        [$(Table { name: $name, key: &[$($key),+] }),+]
    };
}

/// All tables except `heartbeat` and `servers`, which describe the running servers, and the
/// migration history.
pub const TABLES: [Table; 29] = tables! {
    "users" by "id";
    "accounts" by "id";
    "memberships" by "user_id", "account_id";
    "sessions" by "id";
    "mfa_methods" by "id";
    "app_keys" by "method_id";
    "public_keys" by "method_id";
    "pending_keys" by "session_id";
    "step_ups" by "session_id";
    "challenges" by "challenge_hash";
    "code_sets" by "id";
    "backup_codes" by "id";
    "attempts" by "user_id";
    "password_attempts" by "email_index";
    "network_tries" by "email_index", "network";
    "known_browsers" by "token_hash";
    "browser_attempts" by "token_hash";
    "session_attempts" by "session_id";
    "refused_sign_ins" by "address", "number";
    "set_up_link" by "id";
    "invitations" by "token_hash";
    "applications" by "id";
    "application_accounts" by "application_id", "account_id";
    "application_codes" by "code_hash";
    "application_sessions" by "token_hash";
    "key_check" by "id";
    "data_keys" by "purpose";
    "security_events" by "id";
    "event_chain" by "id";
};

/// The names of the tables that a copy holds.
pub fn copied_tables() -> impl Iterator<Item = &'static str> {
    TABLES.iter().map(|table| table.name)
}
