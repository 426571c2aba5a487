-- Step-up grants, resets, account rules with their author, and names that can be searched in any case.

ALTER TABLE users ADD COLUMN name_folded TEXT NOT NULL DEFAULT '';
-- SQL folds ASCII only, or by the server's language, so the program folds the names of those who are there already.

-- Who set the rule last: the Owner's name at that time, or none for the operator; both empty while nobody ever did.
ALTER TABLE accounts ADD COLUMN rule_by TEXT;
ALTER TABLE accounts ADD COLUMN rule_at BIGINT;

-- What the codes that the session may see are for, and when it signed in by a backup code that still stands for a verification.
ALTER TABLE sessions ADD COLUMN codes_for TEXT NOT NULL DEFAULT 'added' CHECK (codes_for IN ('added', 'reset', 'generated'));
ALTER TABLE sessions ADD COLUMN recovered_at BIGINT;

-- In a reset: the method whose place the key will take.
ALTER TABLE pending_keys ADD COLUMN replaces TEXT REFERENCES mfa_methods (id) ON DELETE CASCADE;
CREATE INDEX pending_keys_replaces ON pending_keys (replaces);

-- What a session wants to verify for, and since when it may: one a session.
CREATE TABLE step_ups (
    session_id TEXT NOT NULL PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    method_id TEXT NOT NULL REFERENCES mfa_methods (id) ON DELETE CASCADE,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    granted_at BIGINT
);
CREATE INDEX step_ups_user ON step_ups (user_id);
CREATE INDEX step_ups_method ON step_ups (method_id);
