//! `twinlock account`, `user` and `member`.

mod account_changes;
mod accounts;
mod import;
mod last_owner;
mod members;
mod spellings;
mod user_changes;
mod user_words;
mod users;
