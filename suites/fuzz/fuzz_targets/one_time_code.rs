//! Parses a typed 6-digit code.
#![no_main]

use domain::second_factor::one_time_code::OneTimeCode;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(code) = text.parse::<OneTimeCode>() {
        let kept = code.expose();
        assert!(kept.len() == 6 && kept.bytes().all(|byte| byte.is_ascii_digit()));
        assert!(
            kept.parse::<OneTimeCode>()
                .is_ok_and(|again| again.expose() == kept)
        );
    }
});
