-- What a look at the server's readiness writes: the newest instant that any server has seen, and how often there was a look, so that each
-- of them changes the row.
CREATE TABLE heartbeat (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    at BIGINT NOT NULL,
    beats BIGINT NOT NULL
);
