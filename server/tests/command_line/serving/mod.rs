//! `twinlock serve`: start, stop and output.

mod at_once;
mod between;
mod demo;
mod faults;
mod health;
mod housekeeping;
mod log;
mod serve;
mod settings;
mod stopping;
