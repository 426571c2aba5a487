//! With few rows `PostgreSQL` prefers to scan a table, so each table gets some thousand rows and
//! statistics. A `SQLite` file has no statistics, so its plans do not depend on the number of rows.

use sqlx::Executor;

use crate::support::{ContractDatabase, START, engine, vault};

/// Users with an account, a session and a browser each; half of them with an authenticator, codes,
/// a pending key and a grant; and counters and events. None of the rows has expired.
const FILL: [&str; 27] = [
    "INSERT INTO users (id, email, name, name_folded, created_at) SELECT n, n || '@example.com', n, n, 0 FROM generate_series(1, 5000) n",
    "INSERT INTO accounts (id, name, name_folded, created_at) SELECT n, n, n, 0 FROM generate_series(1, 5000) n",
    "INSERT INTO memberships (user_id, account_id, role) SELECT n, n, 'owner' FROM generate_series(1, 5000) n",
    "INSERT INTO memberships (user_id, account_id, role) SELECT n, n % 5000 + 1, 'member' FROM generate_series(1, 5000) n",
    "INSERT INTO sessions (id, token_hash, user_id, opened_at, seen_at, password_at) SELECT n, CAST(CAST(n AS TEXT) AS BYTEA), n, 1800000000000 + n, 1800000000000 + n, 0 FROM generate_series(1, 5000) n",
    "INSERT INTO mfa_methods (id, user_id, name, added_at, kind, is_default) SELECT n, n, n, 0, 'application', 1 FROM generate_series(1, 5000, 2) n",
    "INSERT INTO mfa_methods (id, user_id, name, added_at, kind, is_default) SELECT 10000 + n, n, n, 0, 'application', 0 FROM generate_series(1, 5000, 4) n",
    "INSERT INTO app_keys (method_id, key_id, sealed_key, last_step) SELECT id, 'a', '', 0 FROM mfa_methods",
    "INSERT INTO mfa_methods (id, user_id, name, added_at, kind, is_default) SELECT 20000 + n, n, n, 0, 'passkey', 0 FROM generate_series(1, 5000, 2) n",
    "INSERT INTO public_keys (method_id, credential_id, key_id, sealed_key, counter, backup_eligible, backed_up, transports, rp_id) SELECT id, CAST(id AS BYTEA), 'a', '', 0, 1, 1, 'internal', 'panel.example.com' FROM mfa_methods WHERE kind = 'passkey'",
    "INSERT INTO challenges (challenge_hash, session_id, user_id, purpose, made_at) SELECT CAST(CAST(n AS TEXT) AS BYTEA), n, n, 'sign_in', 1800000000000 + n FROM generate_series(1, 5000, 2) n",
    "INSERT INTO pending_keys (session_id, user_id, kind, key_id, sealed_key, made_at, name, is_default) SELECT n, n, 'application', 'a', '', 1800000000000 + n, n, 1 FROM generate_series(1, 5000, 2) n",
    "INSERT INTO step_ups (session_id, user_id, method_id, action, target, asked_at) SELECT n, n, n, 'reset', '', 1800000000000 + n FROM generate_series(1, 5000, 2) n",
    "INSERT INTO code_sets (id, user_id, is_valid, created_at) SELECT n, n, 1, 0 FROM generate_series(1, 5000, 2) n",
    "INSERT INTO backup_codes (id, set_id, lookup, hash) SELECT n || '-' || c, n, CAST(CAST(c AS TEXT) AS BYTEA), '' FROM generate_series(1, 5000, 2) n, generate_series(1, 10) c",
    "INSERT INTO attempts (user_id) SELECT n FROM generate_series(1, 5000, 2) n",
    "INSERT INTO invitations (token_hash, user_id, expires_at) SELECT CAST(CAST(n AS TEXT) AS BYTEA), n, 1800000000000 + n FROM generate_series(1, 5000, 2) n",
    "INSERT INTO known_browsers (token_hash, user_id, failures, allowed_at, seen_at) SELECT CAST(CAST(n AS TEXT) AS BYTEA), n, 0, 0, 1800000000000 + n FROM generate_series(1, 5000) n",
    "INSERT INTO browser_attempts (token_hash) SELECT CAST(CAST(n AS TEXT) AS BYTEA) FROM generate_series(1, 5000, 2) n",
    "INSERT INTO session_attempts (session_id) SELECT n FROM generate_series(1, 5000, 2) n",
    "INSERT INTO password_attempts (email_index, failures, allowed_at) SELECT CAST(CAST(n AS TEXT) AS BYTEA), 1, 1800000000000 + n FROM generate_series(1, 5000) n",
    "INSERT INTO refused_sign_ins (address, number, refused_at) SELECT n % 500, n, 1800000000000 + n FROM generate_series(1, 5000) n",
    "INSERT INTO network_tries (email_index, network, tried_at, spare_at) SELECT CAST(CAST(n % 500 AS TEXT) AS BYTEA), n, 1800000000000 + n, 1800000000000 + n FROM generate_series(1, 5000) n",
    "INSERT INTO applications (id, name, name_folded, origin, kind, everyone, mfa, user_header, added_at) SELECT n, n, n, n, 'forward_auth', n % 2, 'account', 'email', 0 FROM generate_series(1, 5000) n",
    "INSERT INTO application_accounts (application_id, account_id) SELECT n, n FROM generate_series(1, 5000) n",
    "INSERT INTO application_codes (code_hash, application_id, session_id, user_id, account_id, nonce_hash, target, made_at) SELECT CAST(CAST(n AS TEXT) AS BYTEA), n, n, n, n, '', '/', 1800000000000 + n FROM generate_series(1, 5000, 2) n",
    "INSERT INTO application_sessions (token_hash, application_id, session_id, user_id, account_id, opened_at) SELECT CAST(CAST(n AS TEXT) AS BYTEA), n, n, n, n, 1800000000000 + n FROM generate_series(1, 5000) n",
];
const EVENTS: &str = "INSERT INTO security_events (at, actor, action, outcome, times, open_until) SELECT 1800000000000 + n, 'nobody', 'sign_in', 'failed', 1, 0 FROM generate_series(1, 5000) n";

/// Fills a database on a server.
pub async fn fill(database: &ContractDatabase) {
    if engine() == "sqlite" {
        return;
    }
    let raw = database.raw().await;
    for sql in FILL.into_iter().chain([EVENTS]) {
        raw.execute(sql).await.unwrap();
    }
    let keys = vault();
    while database
        .store
        .seal_events(keys.event_chain(), START)
        .await
        .unwrap()
        > 0
    {}
    raw.execute("ANALYZE").await.unwrap();
}
