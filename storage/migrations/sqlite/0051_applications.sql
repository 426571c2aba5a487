-- Applications behind Twinlock. An application that is not for everyone is for the listed accounts, so one whose last account was removed is open to no one.
CREATE TABLE applications (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL UNIQUE,
    origin TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('forward_auth')),
    everyone BIGINT NOT NULL CHECK (everyone IN (0, 1)),
    mfa TEXT NOT NULL CHECK (mfa IN ('account', 'always')),
    user_header TEXT NOT NULL CHECK (user_header IN ('email', 'id')),
    added_at BIGINT NOT NULL
);

CREATE TABLE application_accounts (
    application_id TEXT NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    PRIMARY KEY (application_id, account_id)
);
CREATE INDEX application_accounts_account ON application_accounts (account_id);

-- A code opens an application once. It hangs on the person's session and on their membership, so whatever ends one of these ends it.
CREATE TABLE application_codes (
    code_hash BLOB NOT NULL PRIMARY KEY,
    application_id TEXT NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL,
    account_id TEXT,
    nonce_hash BLOB NOT NULL,
    target TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    FOREIGN KEY (user_id, account_id) REFERENCES memberships (user_id, account_id) ON DELETE CASCADE
);
CREATE INDEX application_codes_application ON application_codes (application_id);
CREATE INDEX application_codes_session ON application_codes (session_id);
CREATE INDEX application_codes_membership ON application_codes (user_id, account_id);
CREATE INDEX application_codes_made ON application_codes (made_at);

-- The session of a person in an application. It hangs on the same rows as a code.
CREATE TABLE application_sessions (
    token_hash BLOB NOT NULL PRIMARY KEY,
    application_id TEXT NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL,
    account_id TEXT,
    opened_at BIGINT NOT NULL,
    FOREIGN KEY (user_id, account_id) REFERENCES memberships (user_id, account_id) ON DELETE CASCADE
);
CREATE INDEX application_sessions_application ON application_sessions (application_id);
CREATE INDEX application_sessions_session ON application_sessions (session_id);
CREATE INDEX application_sessions_membership ON application_sessions (user_id, account_id);
