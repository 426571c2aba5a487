-- Limits of the sign-in: browsers that are known to a user, and refused sign-ins by address.

-- A browser that completed a sign-in, by the hash of its token, with a budget of its own for wrong passwords.
CREATE TABLE known_browsers (
    token_hash BYTEA NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    failures BIGINT NOT NULL,
    allowed_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);
CREATE INDEX known_browsers_user ON known_browsers (user_id);

-- One row each, numbered by address so that two can't be counted as one; gone when the window has passed.
CREATE TABLE refused_sign_ins (
    address TEXT NOT NULL,
    number BIGINT NOT NULL,
    refused_at BIGINT NOT NULL,
    PRIMARY KEY (address, number)
);
CREATE INDEX refused_sign_ins_newest ON refused_sign_ins (address, refused_at);
CREATE INDEX refused_sign_ins_at ON refused_sign_ins (refused_at);
