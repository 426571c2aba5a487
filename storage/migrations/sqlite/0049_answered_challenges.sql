-- An answered challenge stays for a while, because answers are counted. A challenge for a test names the only key that may answer.
ALTER TABLE challenges ADD COLUMN method_id TEXT;
ALTER TABLE challenges ADD COLUMN answered_at BIGINT;
