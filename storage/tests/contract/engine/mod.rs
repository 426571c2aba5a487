//! Opening a database, foreign or older content, and the state after failures.

mod altered;
mod canonical_forms;
mod crash;
mod ended;
mod given_up;
mod plans;
mod public_keys;
mod schema;
mod several_methods;
mod sqlite_file;
