//! Looks for a cookie in a request's headers.
#![no_main]

use app::serve::has_cookie;
use http::{HeaderMap, HeaderValue, header::COOKIE};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|lines: Vec<Vec<u8>>| {
    let mut headers = HeaderMap::new();
    for line in lines {
        if let Ok(value) = HeaderValue::from_bytes(&line) {
            headers.append(COOKIE, value);
        }
    }
    let _ = has_cookie(&headers, "twinlock");
});
