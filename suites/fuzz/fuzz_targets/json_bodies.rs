//! Parses the JSON bodies of the server functions.
#![no_main]

use std::collections::BTreeMap;

use usecases::{accounts::{MemberListRequest, OneAccount, OneMember}, mfa::{NewName, SavedCodes}, session::{AccountSelection, Code, FirstOwnerForm, InvitationForm, Link, PasswordOnly, SignInForm}, step_up::StepUpCode};
use domain::second_factor::step_up::Intent;
use libfuzzer_sys::fuzz_target;
use serde::de::DeserializeOwned;
use serde_json::Value;

fuzz_target!(|body: &[u8]| {
    let is_strict = server::middleware::api_request::arguments::are_strict(body);
    assert!(!is_strict || serde_json::from_slice::<Value>(body).is_ok_and(|body| body.is_object()));
    check::<SignInForm>(body);
    check::<Code>(body);
    check::<PasswordOnly>(body);
    check::<Link>(body);
    check::<AccountSelection>(body);
    check::<FirstOwnerForm>(body);
    check::<InvitationForm>(body);
    check::<SavedCodes>(body);
    check::<NewName>(body);
    check::<Intent>(body);
    check::<StepUpCode>(body);
    check::<OneAccount>(body);
    check::<OneMember>(body);
    check::<MemberListRequest>(body);
});

/// Parses a body as a server function does: one argument by name.
fn check<T: DeserializeOwned>(body: &[u8]) {
    let _ = serde_json::from_slice::<BTreeMap<String, T>>(body);
}
