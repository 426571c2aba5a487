//! Parses typed names of people, accounts and methods.
#![no_main]

use std::{fmt::Display, str::FromStr};

use domain::people::names::{AccountName, MethodName, PersonName};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    check::<PersonName>(text);
    check::<AccountName>(text);
    check::<MethodName>(text);
});

/// The stored name must parse to itself and contain no control character, so that it adds no line
/// to lists and logs.
fn check<Name: FromStr + Display>(text: &str) {
    if let Ok(name) = text.parse::<Name>() {
        let kept = name.to_string();
        assert!(!kept.chars().any(char::is_control));
        assert!(
            kept.parse::<Name>()
                .is_ok_and(|again| again.to_string() == kept)
        );
    }
}
