//! How a browser sent a request: as a navigation that may be redirected, or for a script, a frame
//! or a cache (Fetch Metadata Request Headers).

use super::{
    AskedMethod, RequestHeaders,
    headers::{is, is_sent},
};

const SITE: &str = "sec-fetch-site";
const MODE: &str = "sec-fetch-mode";
const DEST: &str = "sec-fetch-dest";

/// What browsers add when they load ahead of a click, in several generations.
const AHEAD: [&str; 3] = ["sec-purpose", "purpose", "x-moz"];

/// Whether a browser shows the answer as a page, so that it may be redirected to the portal.
#[must_use]
pub fn is_navigation(method: &AskedMethod, headers: &(impl RequestHeaders + ?Sized)) -> bool {
    if tells_mode(headers) {
        return is(headers, MODE, b"navigate");
    }
    let accepts = headers.values("accept");
    let takes_pages = accepts.iter().any(|accept| {
        let wanted = b"text/html";
        accept
            .windows(wanted.len())
            .any(|part| part.eq_ignore_ascii_case(wanted))
    });
    takes_pages && method.is_read()
}

/// Whether the request replaces the page of a tab: no frame, no script, nothing loaded ahead. A
/// browser that does not tell is believed.
#[must_use]
pub fn is_top_level(headers: &(impl RequestHeaders + ?Sized)) -> bool {
    let replaces =
        !tells_mode(headers) || is(headers, MODE, b"navigate") && is(headers, DEST, b"document");
    replaces && !is_ahead(headers)
}

/// Whether a person followed a link of the application itself or typed the address, as the browser
/// confirms. Anything else could be caused by another site, by a frame, or ahead of a click.
#[must_use]
pub fn ends_by_link(headers: &(impl RequestHeaders + ?Sized)) -> bool {
    let is_own = is(headers, SITE, b"same-origin") || is(headers, SITE, b"none");
    is_own && is(headers, MODE, b"navigate") && is(headers, DEST, b"document") && !is_ahead(headers)
}

fn tells_mode(headers: &(impl RequestHeaders + ?Sized)) -> bool {
    [SITE, MODE, DEST].iter().any(|name| is_sent(headers, name))
}

fn is_ahead(headers: &(impl RequestHeaders + ?Sized)) -> bool {
    AHEAD.iter().any(|name| is_sent(headers, name))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    type Headers<'a> = &'a [(&'a str, &'a str)];

    fn bytes(headers: Headers<'_>) -> Vec<(&str, &[u8])> {
        let headers = headers.iter();
        headers
            .map(|(name, value)| (*name, value.as_bytes()))
            .collect()
    }

    const PAGE: (&str, &str) = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");

    #[rstest]
    #[case::new_browser("GET", &[("sec-fetch-mode", "navigate")], true)]
    #[case::form("POST", &[("sec-fetch-mode", "navigate")], true)]
    #[case::script("GET", &[("sec-fetch-mode", "cors"), PAGE], false)]
    #[case::image("GET", &[("sec-fetch-mode", "no-cors"), PAGE], false)]
    #[case::mode_missing("GET", &[("sec-fetch-site", "none"), PAGE], false)]
    #[case::mode_twice("GET", &[("sec-fetch-mode", "navigate"), ("sec-fetch-mode", "cors"), PAGE], false)]
    #[case::old_browser("GET", &[PAGE], true)]
    #[case::old_browser_head("HEAD", &[("accept", "Text/HTML")], true)]
    #[case::old_browser_form("POST", &[PAGE], false)]
    #[case::any_type("GET", &[("accept", "*/*")], false)]
    #[case::nothing("GET", &[], false)]
    fn a_navigation_is_told_apart(
        #[case] method: &str,
        #[case] headers: Headers<'_>,
        #[case] expected: bool,
    ) {
        let method: AskedMethod = method.parse().unwrap();
        assert_eq!(is_navigation(&method, &bytes(headers)[..]), expected);
    }

    #[rstest]
    #[case::link(&[("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")], true)]
    #[case::old_browser(&[], true)]
    #[case::frame(&[("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")], false)]
    #[case::script(&[("sec-fetch-mode", "cors"), ("sec-fetch-dest", "empty")], false)]
    #[case::dest_missing(&[("sec-fetch-mode", "navigate")], false)]
    #[case::ahead(&[("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document"), ("sec-purpose", "prefetch;prerender")], false)]
    #[case::old_browser_ahead(&[("purpose", "prefetch")], false)]
    fn the_portal_answers_a_tab_only(#[case] headers: Headers<'_>, #[case] expected: bool) {
        assert_eq!(is_top_level(&bytes(headers)[..]), expected);
    }

    const DOCUMENT: [(&str, &str); 2] = [
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-dest", "document"),
    ];

    #[rstest]
    #[case::own_link(&[("sec-fetch-site", "same-origin")], true)]
    #[case::typed(&[("sec-fetch-site", "none")], true)]
    #[case::other_site(&[("sec-fetch-site", "cross-site")], false)]
    #[case::neighbour(&[("sec-fetch-site", "same-site")], false)]
    #[case::untold(&[], false)]
    #[case::twice(&[("sec-fetch-site", "none"), ("sec-fetch-site", "none")], false)]
    #[case::ahead(&[("sec-fetch-site", "same-origin"), ("sec-purpose", "prefetch")], false)]
    #[case::framed(&[("sec-fetch-site", "same-origin"), ("sec-fetch-dest", "iframe")], false)]
    fn only_a_confirmed_link_signs_out(#[case] more: Headers<'_>, #[case] expected: bool) {
        let headers = [&DOCUMENT[..], more].concat();
        assert_eq!(ends_by_link(&bytes(&headers)[..]), expected);
        assert!(!ends_by_link(&bytes(more)[..]), "without a mode");
    }
}
