//! Twinlock's cookies at the host of an application.

use crate::token::Token;

use super::RequestHeaders;

/// The token in the cookie with this name. `None` if the cookie is missing, is no token, or is sent
/// more than once: browsers send a `__Host-` cookie once, so a second one was put there by another.
#[must_use]
pub fn only_token(headers: &(impl RequestHeaders + ?Sized), name: &str) -> Option<Token> {
    let lines = headers.values("cookie");
    let pairs = lines
        .iter()
        .flat_map(|line| line.split(|byte| *byte == b';'));
    let mut values = pairs.filter_map(|pair| {
        let value = pair.trim_ascii().strip_prefix(name.as_bytes())?;
        value.strip_prefix(b"=")
    });
    let only = values.next().filter(|_| values.next().is_none())?;
    std::str::from_utf8(only).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::door::SESSION_COOKIE;

    const TEXT: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";

    fn found(lines: &[&str]) -> bool {
        let lines: Vec<String> = lines.iter().map(|line| line.replace('T', TEXT)).collect();
        let headers: Vec<_> = lines
            .iter()
            .map(|line| ("cookie", line.as_bytes()))
            .collect();
        let token = only_token(&headers[..], SESSION_COOKIE);
        if let Some(token) = &token {
            assert_eq!(token.expose(), TEXT);
        }
        token.is_some()
    }

    #[rstest]
    #[case::alone(&["__Host-twinlock-app=T"], true)]
    #[case::among_others(&["a=b;__Host-twinlock-app=T ; c", "d=e"], true)]
    #[case::none(&[], false)]
    #[case::empty(&["__Host-twinlock-app="], false)]
    #[case::no_token(&["__Host-twinlock-app=x"], false)]
    #[case::quoted(&["__Host-twinlock-app=\"T\""], false)]
    #[case::longer_name(&["__Host-twinlock-app2=T; x__Host-twinlock-app=T"], false)]
    #[case::other_case(&["__host-Twinlock-app=T"], false)]
    #[case::without_prefix(&["twinlock-app=T"], false)]
    #[case::twice(&["__Host-twinlock-app=T; __Host-twinlock-app=T"], false)]
    #[case::twice_in_two_lines(&["__Host-twinlock-app=T", "__Host-twinlock-app=T"], false)]
    #[case::beside_a_malformed_one(&["__Host-twinlock-app=x; __Host-twinlock-app=T"], false)]
    fn a_token_counts_if_it_is_the_only_one(#[case] lines: &[&str], #[case] expected: bool) {
        assert_eq!(found(lines), expected);
    }

    #[test]
    fn odd_bytes_of_other_cookies_hide_nothing() {
        let line = [
            b"x=\xff\xfe; =; __Host-twinlock-app=".as_slice(),
            TEXT.as_bytes(),
        ]
        .concat();
        assert!(only_token(&[("cookie", line.as_slice())][..], SESSION_COOKIE).is_some());
    }
}
