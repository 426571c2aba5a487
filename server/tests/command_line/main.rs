//! The real binary, as an operator calls it.

mod accounts;
mod key_file;
mod program;
mod serving;
mod settings;
mod stopping;
mod users;
