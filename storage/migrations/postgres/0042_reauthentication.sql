-- What a session may see or do again goes by what was proved in it, and when.

-- In a reset: when the factor was given that allowed it. Empty for a first set-up, and for keys that waited before this migration.
ALTER TABLE pending_keys ADD COLUMN proved_at BIGINT;

-- The session that drew a set of codes and was shown them. Sessions end before their codes do, so this refers to no row.
ALTER TABLE code_sets ADD COLUMN drawn_by TEXT;
