//! Parses an email address.
#![no_main]

use domain::people::email::Email;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(email) = text.parse::<Email>() {
        let kept = email.as_str().to_owned();
        // The stored form must parse to itself; otherwise one user could have two counters.
        assert!(kept.parse::<Email>().is_ok_and(|again| again == email));
        assert!(!kept.chars().any(|c| c.is_control() || c.is_whitespace()));
    }
});
