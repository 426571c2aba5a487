//! Opening a database, what else may stand in it, and what is left when something breaks off.

mod altered;
mod canonical_forms;
mod crash;
mod ended;
mod given_up;
mod plans;
mod schema;
mod sqlite_file;
