//! Tests of the contract of `domain::ports` on a real database. `ContractDatabase::empty` selects
//! the engine.

// Clippy's exemption for tests does not include their helpers.
#![allow(clippy::unwrap_used)]

mod applications;
mod engine;
mod events;
mod mfa;
mod operation;
mod people;
mod races;
mod sign_in;
mod support;
