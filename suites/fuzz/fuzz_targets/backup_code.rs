//! Parses a typed backup code.
#![no_main]

use domain::second_factor::backup_code::BackupCode;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(code) = text.parse::<BackupCode>() {
        let kept = code.expose().to_owned();
        assert_eq!(kept.len(), 16);
        assert!(
            kept.bytes()
                .all(|byte| b"0123456789ABCDEFGHJKMNPQRSTVWXYZ".contains(&byte))
        );
        // The displayed form must parse to the same code.
        let shown = code.to_string().parse::<BackupCode>();
        assert!(shown.is_ok_and(|again| again.expose() == kept));
    }
});
