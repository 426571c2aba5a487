-- Passkeys and security keys. What only such a key has is in a table of its own, beside app_keys.
-- A pending key of this kind has nothing to seal yet, because the person's authenticator makes it. SQLite can't make a column nullable in place, so the rows wait in a plain table while their table is made anew.
CREATE TABLE pending_before AS SELECT * FROM pending_keys;
DROP TABLE pending_keys;

-- A key with a method to replace is for a reset, another one with a verification for a further method, and one with neither for a first one.
CREATE TABLE pending_keys (
    session_id TEXT NOT NULL PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('application', 'passkey', 'security_key')),
    key_id TEXT,
    sealed_key BYTEA,
    made_at BIGINT NOT NULL,
    replaces TEXT REFERENCES mfa_methods (id) ON DELETE CASCADE,
    proved_at BIGINT,
    name TEXT NOT NULL,
    is_default BIGINT NOT NULL CHECK (is_default IN (0, 1)),
    CHECK ((kind = 'application') = (key_id IS NOT NULL)),
    CHECK ((kind = 'application') = (sealed_key IS NOT NULL))
);
CREATE INDEX pending_keys_user ON pending_keys (user_id);
CREATE INDEX pending_keys_replaces ON pending_keys (replaces);
CREATE INDEX pending_keys_made ON pending_keys (made_at);
INSERT INTO pending_keys (session_id, user_id, kind, key_id, sealed_key, made_at, replaces, proved_at, name, is_default)
SELECT session_id, user_id, 'application', key_id, sealed_key, made_at, replaces, proved_at, name, is_default FROM pending_before;
DROP TABLE pending_before;

-- Only the sealed columns say who may sign. The others serve for look-ups, the signature counter and the pages.
CREATE TABLE public_keys (
    method_id TEXT NOT NULL PRIMARY KEY REFERENCES mfa_methods (id) ON DELETE CASCADE,
    credential_id BYTEA NOT NULL UNIQUE,
    key_id TEXT NOT NULL,
    sealed_key BYTEA NOT NULL,
    counter BIGINT NOT NULL,
    backup_eligible BIGINT NOT NULL CHECK (backup_eligible IN (0, 1)),
    backed_up BIGINT NOT NULL CHECK (backed_up IN (0, 1)),
    transports TEXT NOT NULL,
    rp_id TEXT NOT NULL
);
-- By these a start finds the master keys in use, and the keys of another RP ID, without a look at every key.
CREATE INDEX public_keys_key ON public_keys (key_id);
CREATE INDEX public_keys_rp ON public_keys (rp_id);

-- What an answer of a key has to sign: each is taken once.
CREATE TABLE challenges (
    challenge_hash BYTEA NOT NULL PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    purpose TEXT NOT NULL CHECK (purpose IN ('set_up', 'sign_in', 'step_up', 'test')),
    made_at BIGINT NOT NULL
);
CREATE INDEX challenges_session ON challenges (session_id);
CREATE INDEX challenges_user ON challenges (user_id);
CREATE INDEX challenges_made ON challenges (made_at);

-- By which authenticators know the user; none before the first key.
ALTER TABLE users ADD COLUMN handle BYTEA;
CREATE UNIQUE INDEX users_handle ON users (handle) WHERE handle IS NOT NULL;
