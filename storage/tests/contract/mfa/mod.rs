//! Setting up, replacing and deleting a method, its backup codes, challenges, and step-ups.

mod backup_codes;
mod challenges;
mod code_sets;
mod deletion;
mod further;
mod key_set_up;
mod key_uses;
mod recovery;
mod resets;
mod set_up;
mod several;
mod several_deleted;
mod step_ups;
