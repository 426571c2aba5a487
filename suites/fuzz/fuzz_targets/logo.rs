//! Parses a logo, SVG or PNG.
#![no_main]

use libfuzzer_sys::fuzz_target;
use server::config::Logo;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(logo) = Logo::new(bytes.to_vec()) {
        assert!(logo.ratio.is_finite() && logo.ratio > 0.0, "{}", logo.ratio);
    }
});
