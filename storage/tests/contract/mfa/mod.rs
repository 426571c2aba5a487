//! Setting up, replacing and deleting a method, its backup codes, and step-ups.

mod backup_codes;
mod code_sets;
mod deletion;
mod further;
mod recovery;
mod resets;
mod set_up;
mod several;
mod several_deleted;
mod step_ups;
