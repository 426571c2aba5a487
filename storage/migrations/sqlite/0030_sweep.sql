-- By these the sweep finds what is over without a look at what is not.
CREATE INDEX sessions_seen ON sessions (seen_at);
CREATE INDEX sessions_opened ON sessions (opened_at);
CREATE INDEX pending_keys_made ON pending_keys (made_at);
CREATE INDEX step_ups_asked ON step_ups (asked_at);
CREATE INDEX invitations_expires ON invitations (expires_at);
CREATE INDEX known_browsers_seen ON known_browsers (seen_at);
