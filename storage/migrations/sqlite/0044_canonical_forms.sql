-- Whether a row's names are in the one form of version 44: an address composed and its host in letters, a name's search key with its marks
-- dropped and its case folded fully. A start brings those that are not into it. What stays behind collides with another row, and the
-- operator decides (`twinlock collisions`).
ALTER TABLE users ADD COLUMN is_canonical BIGINT NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN is_canonical BIGINT NOT NULL DEFAULT 0;
CREATE INDEX users_not_canonical ON users (id) WHERE is_canonical = 0;
CREATE INDEX accounts_not_canonical ON accounts (id) WHERE is_canonical = 0;
