//! A session token or a link's token.
#![no_main]

use domain::token::Token;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(token) = text.parse::<Token>() {
        // One token has one spelling: two would be two cookies for one session.
        assert_eq!(token.expose(), text);
    }
});
