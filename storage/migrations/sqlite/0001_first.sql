-- Types are the few that both engines share: ids TEXT, instants BIGINT (Unix milliseconds), flags BIGINT (0 or 1), secrets BLOB.
-- The PostgreSQL folder holds the same tables under the same names.

CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password_hash TEXT,
    disabled BIGINT NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
    created_at BIGINT NOT NULL,
    last_sign_in_at BIGINT
);

CREATE TABLE accounts (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL UNIQUE,
    require_mfa BIGINT NOT NULL DEFAULT 0 CHECK (require_mfa IN (0, 1)),
    created_at BIGINT NOT NULL
);

CREATE TABLE memberships (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('owner', 'member')),
    PRIMARY KEY (user_id, account_id)
);
CREATE INDEX memberships_account ON memberships (account_id);

CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    token_hash BLOB NOT NULL UNIQUE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    account_id TEXT REFERENCES accounts (id) ON DELETE SET NULL,
    opened_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    password_at BIGINT NOT NULL,
    second_factor_at BIGINT,
    codes_since BIGINT
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_account ON sessions (account_id);

CREATE TABLE pending_keys (
    session_id TEXT NOT NULL PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    key_id TEXT NOT NULL,
    sealed_key BLOB NOT NULL,
    made_at BIGINT NOT NULL
);
CREATE INDEX pending_keys_user ON pending_keys (user_id);

-- One method a user; last_step is the newest time step burnt.
CREATE TABLE mfa_methods (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL UNIQUE REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    key_id TEXT NOT NULL,
    sealed_key BLOB NOT NULL,
    last_step BIGINT NOT NULL,
    added_at BIGINT NOT NULL,
    used_at BIGINT
);

-- A user has at most one valid set and at most one that waits to take its place.
CREATE TABLE code_sets (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    is_valid BIGINT NOT NULL CHECK (is_valid IN (0, 1)),
    created_at BIGINT NOT NULL,
    saved_at BIGINT
);
CREATE UNIQUE INDEX code_sets_user ON code_sets (user_id, is_valid);

CREATE TABLE backup_codes (
    id TEXT NOT NULL PRIMARY KEY,
    set_id TEXT NOT NULL REFERENCES code_sets (id) ON DELETE CASCADE,
    lookup BLOB NOT NULL,
    hash TEXT NOT NULL,
    used_at BIGINT,
    UNIQUE (set_id, lookup)
);

-- The guess budget: the last five attempts, newest first (0: never), and the last five backup codes tried while locked.
CREATE TABLE attempts (
    user_id TEXT NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    in_a_row BIGINT NOT NULL DEFAULT 0,
    recent_1 BIGINT NOT NULL DEFAULT 0,
    recent_2 BIGINT NOT NULL DEFAULT 0,
    recent_3 BIGINT NOT NULL DEFAULT 0,
    recent_4 BIGINT NOT NULL DEFAULT 0,
    recent_5 BIGINT NOT NULL DEFAULT 0,
    backup_1 BIGINT NOT NULL DEFAULT 0,
    backup_2 BIGINT NOT NULL DEFAULT 0,
    backup_3 BIGINT NOT NULL DEFAULT 0,
    backup_4 BIGINT NOT NULL DEFAULT 0,
    backup_5 BIGINT NOT NULL DEFAULT 0
);

-- Known and unknown addresses alike, by a keyed hash.
CREATE TABLE password_attempts (
    email_index BLOB NOT NULL PRIMARY KEY,
    failures BIGINT NOT NULL,
    allowed_at BIGINT NOT NULL
);
CREATE INDEX password_attempts_allowed_at ON password_attempts (allowed_at);

CREATE TABLE set_up_link (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    token_hash BLOB NOT NULL
);

-- One open invitation a user.
CREATE TABLE invitations (
    token_hash BLOB NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL UNIQUE REFERENCES users (id) ON DELETE CASCADE,
    expires_at BIGINT NOT NULL
);

-- By this a wrong key file is noticed at start.
CREATE TABLE key_check (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    value BLOB NOT NULL
);
