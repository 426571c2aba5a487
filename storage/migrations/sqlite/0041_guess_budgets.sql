-- Guess budgets of the second factor beside the user's own (`attempts`), with the same columns.

-- Of a browser that is known to its user: half sessions there.
CREATE TABLE browser_attempts (
    token_hash BLOB NOT NULL PRIMARY KEY REFERENCES known_browsers (token_hash) ON DELETE CASCADE,
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

-- Of a complete session: every place within it that takes a code.
CREATE TABLE session_attempts (
    session_id TEXT NOT NULL PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
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
