//! Parses the key file.
#![no_main]

use domain::secrets::vault::MasterKey;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = text.parse::<MasterKey>();
});
