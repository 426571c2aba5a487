//! The ceremonies of passkeys and security keys: what the server asks of a browser, and the
//! judgement of its answer. Set-up, sign-in, Identity verification and test use the same functions.
//!
//! A signature is no guess: no attempt is counted, and no lock stops it.

mod accepted_keys;
mod authentication;
mod challenges;
mod own_keys;
mod registration;

pub(crate) use self::{
    accepted_keys::{Signals, signals},
    authentication::{Occasion, check_answer, request_options, used_meanwhile},
    challenges::relying_party,
    registration::{check_new_key, creation_options, credential_taken, draw_for_set_up},
};
