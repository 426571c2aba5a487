//! The database as a whole: backup, copy, doctor, events.

mod backup;
mod copy;
mod doctor;
mod events;
mod locks;
