-- Keys that make indexes and seals which can't be computed anew, each sealed by a master key of the key file.
CREATE TABLE data_keys (
    purpose TEXT NOT NULL PRIMARY KEY,
    key_id TEXT NOT NULL,
    sealed_key BLOB NOT NULL
);
