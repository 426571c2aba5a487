-- A user may have several methods, exactly one of them the default. What only an authenticator application has moves to a table of its own.
-- A table that others refer to can't lose its unique column in place in both engines, and its end would take the rows that refer to it along.
-- So the rows wait in plain tables while the three tables are made anew.
CREATE TABLE methods_before AS SELECT * FROM mfa_methods;
CREATE TABLE pending_before AS SELECT * FROM pending_keys;
CREATE TABLE step_ups_before AS SELECT * FROM step_ups;
DROP TABLE step_ups;
DROP TABLE pending_keys;
DROP TABLE mfa_methods;

CREATE TABLE mfa_methods (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    used_at BIGINT,
    kind TEXT NOT NULL CHECK (kind IN ('application', 'passkey', 'security_key')),
    is_default BIGINT NOT NULL CHECK (is_default IN (0, 1))
);
CREATE INDEX mfa_methods_user ON mfa_methods (user_id);
CREATE UNIQUE INDEX mfa_methods_default ON mfa_methods (user_id) WHERE is_default = 1;
INSERT INTO mfa_methods (id, user_id, name, added_at, used_at, kind, is_default)
SELECT id, user_id, name, added_at, used_at, 'application', 1 FROM methods_before;

-- last_step is the newest time step burnt.
CREATE TABLE app_keys (
    method_id TEXT NOT NULL PRIMARY KEY REFERENCES mfa_methods (id) ON DELETE CASCADE,
    key_id TEXT NOT NULL,
    sealed_key BYTEA NOT NULL,
    last_step BIGINT NOT NULL
);
-- By this a start finds the master keys in use without a look at every key.
CREATE INDEX app_keys_key ON app_keys (key_id);
INSERT INTO app_keys (method_id, key_id, sealed_key, last_step)
SELECT id, key_id, sealed_key, last_step FROM methods_before;

-- A key with a method to replace is for a reset, another one with a verification for a further method, and one with neither for a first one.
CREATE TABLE pending_keys (
    session_id TEXT NOT NULL PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    key_id TEXT NOT NULL,
    sealed_key BYTEA NOT NULL,
    made_at BIGINT NOT NULL,
    replaces TEXT REFERENCES mfa_methods (id) ON DELETE CASCADE,
    proved_at BIGINT,
    name TEXT NOT NULL DEFAULT 'Authenticator application',
    is_default BIGINT NOT NULL DEFAULT 1 CHECK (is_default IN (0, 1))
);
CREATE INDEX pending_keys_user ON pending_keys (user_id);
CREATE INDEX pending_keys_replaces ON pending_keys (replaces);
CREATE INDEX pending_keys_made ON pending_keys (made_at);
INSERT INTO pending_keys (session_id, user_id, key_id, sealed_key, made_at, replaces, proved_at, name)
SELECT p.session_id, p.user_id, p.key_id, p.sealed_key, p.made_at, p.replaces, p.proved_at, COALESCE(m.name, 'Authenticator application')
FROM pending_before p LEFT JOIN methods_before m ON m.id = p.replaces;

-- A reset and a deletion name their method now.
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
CREATE INDEX step_ups_asked ON step_ups (asked_at);
INSERT INTO step_ups (session_id, user_id, method_id, action, target, asked_at, granted_at)
SELECT session_id, user_id, method_id, action, CASE WHEN action IN ('reset', 'delete') THEN method_id ELSE target END, asked_at, granted_at
FROM step_ups_before;

DROP TABLE step_ups_before;
DROP TABLE pending_before;
DROP TABLE methods_before;
