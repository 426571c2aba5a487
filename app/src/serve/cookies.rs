//! Finds Twinlock's cookies among other cookies, whatever else the browser sends.

use domain::token::{Token, TokenHash};
use http::{HeaderMap, header::COOKIE};

/// How many session tokens of one name are looked up. More than these come from a flood of cookies.
const MOST_SESSIONS: usize = 3;

/// Whether there is a cookie with this name, whatever its value.
#[must_use]
pub fn has_cookie(headers: &HeaderMap, name: &str) -> bool {
    values(headers, name).next().is_some()
}

/// The tokens in the cookies with this name. Browsers send the most specific cookie first. A cookie
/// without a token belongs to another program.
pub(crate) fn tokens(headers: &HeaderMap, name: &str) -> impl Iterator<Item = TokenHash> {
    let texts = values(headers, name).filter_map(|value| std::str::from_utf8(value).ok());
    let tokens = texts.filter_map(|text| text.parse::<Token>().ok());
    tokens.map(|token| token.hash()).take(MOST_SESSIONS)
}

/// The values as bytes, because other programs on the host may put any bytes into their cookies,
/// which are in the same header line.
fn values<'a>(headers: &'a HeaderMap, name: &str) -> impl Iterator<Item = &'a [u8]> {
    let lines = headers.get_all(COOKIE).iter();
    let pairs = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b';'));
    pairs.filter_map(move |pair| {
        let value = pair.trim_ascii().strip_prefix(name.as_bytes())?;
        value.strip_prefix(b"=")
    })
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn sent(lines: &[&[u8]]) -> HeaderMap {
        let lines = lines.iter().map(|line| HeaderValue::from_bytes(line));
        lines.map(|line| (COOKIE, line.unwrap())).collect()
    }

    fn token(byte: u8) -> (String, TokenHash) {
        let token = Token::from_random([byte; 32]);
        (token.expose(), token.hash())
    }

    #[test]
    fn the_token_is_found_among_other_cookies() {
        let (text, hash) = token(7);
        let own = format!("a=b; twinlock={text}; c=d");
        let headers = sent(&[b"theme=dark; twinlock2=x", own.as_bytes()]);
        assert!(tokens(&headers, "twinlock").eq([hash]));
        assert!(tokens(&headers, "__Host-twinlock").next().is_none());
        assert!(has_cookie(&headers, "twinlock"));
        assert!(!has_cookie(&headers, "twinlock-7626"));
    }

    /// Kind 6 of the field's faults: other programs may put any bytes into the shared header line.
    #[test]
    fn p10_odd_bytes_of_other_cookies_hide_nothing() {
        let (text, hash) = token(7);
        let mut line = b"name=J\xc3\xbcrgen \xff; =; ; x".to_vec();
        line.extend(format!("; twinlock={text};caf\u{e9}").bytes());
        assert!(tokens(&sent(&[&line]), "twinlock").eq([hash]));
    }

    #[test]
    fn p10_of_several_cookies_of_our_name_those_with_a_token_count() {
        let ((one, first), (two, second)) = (token(1), token(2));
        let line =
            format!("twinlock=; twinlock=x; twinlock={one}; twinlock=\"{one}\"; twinlock={two}");
        assert!(tokens(&sent(&[line.as_bytes()]), "twinlock").eq([first, second]));
        let many = format!("twinlock={one}; ").repeat(100);
        assert_eq!(
            tokens(&sent(&[many.as_bytes()]), "twinlock").count(),
            MOST_SESSIONS
        );
    }

    #[test]
    fn other_cookies_are_no_session() {
        let name = "__Host-twinlock";
        assert!(!has_cookie(&HeaderMap::new(), name));
        assert!(!has_cookie(
            &sent(&[b"__Host-twinlock-browser=x; twinlock=x; __Host-twinlock"]),
            name
        ));
        assert!(has_cookie(&sent(&[b"__Host-twinlock=x"]), name));
    }
}
