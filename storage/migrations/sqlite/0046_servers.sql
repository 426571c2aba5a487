-- The servers on this database, and the master keys that each has read from its key file: `twinlock key rotate` asks no more of a server than it
-- can open. A row is about a process that runs, so it is neither copied nor brought back.
CREATE TABLE servers (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    -- Which file it reads its keys from; equal for servers that share the file, and empty where it can't read it.
    key_file TEXT NOT NULL,
    -- Each as its id and the beginning of its check value, with a space between.
    key_ids TEXT NOT NULL,
    -- The one that seals what it writes.
    seals_by TEXT NOT NULL,
    seen_at BIGINT NOT NULL
);
