-- Security events. They refer to nobody by a foreign key: they stay when those whom they are about have gone.

-- A row may change until `open_until` (an attempt that is being judged; a refusal that is repeated within its minute), and never once it
-- is sealed: then it has its place and its seal in the chain.
CREATE TABLE security_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    subject TEXT,
    account TEXT,
    action TEXT NOT NULL,
    outcome TEXT NOT NULL,
    method TEXT,
    email_index BLOB,
    detail TEXT,
    times BIGINT NOT NULL,
    address TEXT,
    browser TEXT,
    open_until BIGINT NOT NULL,
    repeats TEXT UNIQUE,
    seq BIGINT UNIQUE,
    seal BLOB
);
CREATE INDEX security_events_waiting ON security_events (open_until) WHERE seq IS NULL;

-- The chain's ends: the last row that was deleted for its age, and the newest sealed one. `mac` is a keyed hash of both.
CREATE TABLE event_chain (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    anchor_seq BIGINT NOT NULL,
    anchor_seal BLOB NOT NULL,
    head_seq BIGINT NOT NULL,
    head_seal BLOB NOT NULL,
    mac BLOB NOT NULL
);
