//! Parses a session token or a link's token.
#![no_main]

use domain::token::Token;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(token) = text.parse::<Token>() {
        // A token has exactly one spelling; a second one would be a second cookie for the same
        // session.
        assert_eq!(token.expose(), text);
    }
});
