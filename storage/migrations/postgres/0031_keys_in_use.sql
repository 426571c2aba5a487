-- By this a start finds the master keys in use without a look at every method.
CREATE INDEX mfa_methods_key ON mfa_methods (key_id);
