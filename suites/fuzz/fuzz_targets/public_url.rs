//! Parses the public address of the server.
#![no_main]

use libfuzzer_sys::fuzz_target;
use server::config::PublicUrl;

fuzz_target!(|text: &str| {
    if let Ok(url) = text.parse::<PublicUrl>() {
        let shown = url.to_string();
        // The address is used in links and compared with the origin that browsers send.
        assert!(shown.starts_with("http://") || shown.starts_with("https://"));
        assert!(
            !shown.ends_with('/') && shown.matches('/').count() == 2,
            "{shown}"
        );
        assert!(
            shown
                .parse::<PublicUrl>()
                .is_ok_and(|again| again.to_string() == shown)
        );
    }
});
