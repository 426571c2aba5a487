-- The newest step whose code was refused although it is the authenticator's: used before, or just expired. The budget is spent once for it.
ALTER TABLE attempts ADD COLUMN refused_step BIGINT;
ALTER TABLE browser_attempts ADD COLUMN refused_step BIGINT;
ALTER TABLE session_attempts ADD COLUMN refused_step BIGINT;
