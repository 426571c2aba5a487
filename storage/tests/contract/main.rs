//! What `domain::ports` promises, asked of a real database. `Database::empty` decides which engine that is.

// Clippy's leave for tests does not reach their helpers.
#![allow(clippy::unwrap_used)]

mod accounts;
mod admission;
mod altered;
mod attempts;
mod backup_codes;
mod canonical_forms;
mod code_sets;
mod copy;
mod crash;
mod deletion;
mod ended;
mod event_chain;
mod events;
mod given_up;
mod grants;
mod guess_budgets;
mod heartbeat;
mod keys;
mod known_browsers;
mod member_list;
mod members;
mod memberships;
mod mfa;
mod password_changes;
mod password_tries;
mod people;
mod plans;
mod races;
mod races_ended;
mod races_step_up;
mod recovery;
mod resets;
mod restored;
mod rules;
mod schema;
mod servers;
mod session_bounds;
mod sessions;
mod sign_in;
mod sqlite_backup;
mod sqlite_file;
mod step_ups;
mod support;
mod sweep;
mod users;
