-- Admission before work: what strangers can take from others, and what they can write, is bounded.

-- Since when a browser has been known: the ones known for longest are not evicted by later ones.
ALTER TABLE known_browsers ADD COLUMN known_since BIGINT NOT NULL DEFAULT 0;
UPDATE known_browsers SET known_since = seen_at;

-- Sign-ins with a right password within a minute: of a user from browsers that are not known, and of each known browser.
ALTER TABLE users ADD COLUMN opened_since BIGINT NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN opened_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE known_browsers ADD COLUMN opened_since BIGINT NOT NULL DEFAULT 0;
ALTER TABLE known_browsers ADD COLUMN opened_count BIGINT NOT NULL DEFAULT 0;

-- Whether a session was opened in a known browser: strangers who know the password push none of these out.
ALTER TABLE sessions ADD COLUMN in_known_browser BIGINT NOT NULL DEFAULT 0;

-- Wrong passwords within a complete session: its own budget, which strangers with the email alone take nothing of.
ALTER TABLE sessions ADD COLUMN password_failures BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN password_allowed_at BIGINT NOT NULL DEFAULT 0;

-- The last attempt of a network for an account name while its delay ran, and the last one that was judged although it ran (0: never).
CREATE TABLE network_tries (
    email_index BYTEA NOT NULL,
    network TEXT NOT NULL,
    tried_at BIGINT NOT NULL,
    spare_at BIGINT NOT NULL,
    PRIMARY KEY (email_index, network)
);
CREATE INDEX network_tries_spare ON network_tries (email_index, spare_at);
CREATE INDEX network_tries_tried ON network_tries (tried_at);

-- By this the sweep finds which made-up names go when there are too many.
CREATE INDEX password_attempts_rank ON password_attempts (failures, allowed_at);
