-- The last refused code of a session that would have been right at another time: whose step it was, and by how many seconds the device was
-- fast then. Two in a row at one offset tell the person that their device's clock is off. Empty where the last refused code fits no time.
ALTER TABLE sessions ADD COLUMN refused_step BIGINT;
ALTER TABLE sessions ADD COLUMN refused_offset BIGINT;
