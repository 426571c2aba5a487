use proptest::prelude::*;
use rstest::rstest;

use super::*;

type Pairs<'a> = Vec<(&'a str, &'a [u8])>;

const FORWARDED: [(&str, &str); 4] = [
    ("x-forwarded-method", "GET"),
    ("x-forwarded-proto", "https"),
    ("x-forwarded-host", "app.example.com"),
    ("x-forwarded-uri", "/a?b=c"),
];

const ORIGINAL: [(&str, &str); 2] = [
    ("x-original-url", "https://app.example.com/a?b=c"),
    ("x-original-method", "GET"),
];

fn bytes<'a>(headers: &[(&'a str, &'a str)]) -> Pairs<'a> {
    let headers = headers.iter();
    headers
        .map(|(name, value)| (*name, value.as_bytes()))
        .collect()
}

/// The headers with one value changed.
fn with<'a>(headers: &[(&'a str, &'a str)], name: &str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    let headers = headers.iter();
    headers
        .map(|(known, old)| (*known, if *known == name { value } else { *old }))
        .collect()
}

#[test]
fn the_three_endpoints_read_the_same_request() {
    let forwarded = AskedRequest::forwarded(&bytes(&FORWARDED)[..]).unwrap();
    let original = AskedRequest::original(&bytes(&ORIGINAL)[..]).unwrap();
    let host = bytes(&[
        ("host", "app.example.com"),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-for", "10.0.0.1"),
    ]);
    let mirrored = AskedRequest::mirrored(&host[..], "GET", "/a?b=c").unwrap();
    assert_eq!(forwarded, original);
    assert_eq!(forwarded, mirrored);
    assert_eq!(
        forwarded.origin.unwrap().as_str(),
        "https://app.example.com"
    );
    assert_eq!(forwarded.target.unwrap().as_str(), "/a?b=c");
    assert_eq!(forwarded.path, AskedPath::Application);
    let root = AskedRequest::mirrored(&host[..], "GET", "").unwrap();
    assert_eq!(root.target.unwrap().as_str(), "/");
}

#[rstest]
fn each_header_must_be_there_exactly_once(#[values(0, 1, 2, 3)] index: usize) {
    let name = FORWARDED[index].0;
    let mut headers = bytes(&FORWARDED);
    let header = headers.remove(index);
    let missing = AskedRequest::forwarded(&headers[..]);
    assert_eq!(missing, Err(AskError::Missing(name)));
    headers.extend([header, header]);
    let repeated = AskedRequest::forwarded(&headers[..]);
    assert_eq!(repeated, Err(AskError::Repeated(name)));
    if let Some((name, value)) = ORIGINAL.get(index) {
        let other = ORIGINAL[1 - index];
        let alone = bytes(&[other]);
        let missing = AskedRequest::original(&alone[..]);
        assert_eq!(missing, Err(AskError::Missing(name)));
        let twice = bytes(&[other, (name, value), (name, value)]);
        let repeated = AskedRequest::original(&twice[..]);
        assert_eq!(repeated, Err(AskError::Repeated(name)));
    }
}

#[test]
fn headers_of_another_endpoint_are_refused() {
    for foreign in ORIGINAL {
        let headers = [&FORWARDED[..], &[foreign]].concat();
        let read = AskedRequest::forwarded(&bytes(&headers)[..]);
        assert_eq!(read, Err(AskError::Foreign(foreign.0)));
        let headers = bytes(&[("host", "app.example.com"), foreign]);
        let read = AskedRequest::mirrored(&headers[..], "GET", "/");
        assert_eq!(read, Err(AskError::Foreign(foreign.0)));
    }
    for foreign in FORWARDED {
        let headers = [&ORIGINAL[..], &[foreign]].concat();
        let read = AskedRequest::original(&bytes(&headers)[..]);
        assert_eq!(read, Err(AskError::Foreign(foreign.0)));
        let headers = bytes(&[("host", "app.example.com"), foreign]);
        let read = AskedRequest::mirrored(&headers[..], "GET", "/");
        assert_eq!(read.is_ok(), foreign.0 == "x-forwarded-proto");
    }
}

#[rstest]
#[case::no_path("x-forwarded-uri", "a")]
#[case::empty_path("x-forwarded-uri", "")]
#[case::whole_url("x-forwarded-uri", "https://app.example.com/")]
#[case::star("x-forwarded-uri", "*")]
#[case::empty_method("x-forwarded-method", "")]
#[case::two_methods("x-forwarded-method", "GET, POST")]
fn a_malformed_header_is_refused(#[case] name: &'static str, #[case] value: &str) {
    let headers = with(&FORWARDED, name, value);
    let read = AskedRequest::forwarded(&bytes(&headers)[..]);
    assert_eq!(read, Err(AskError::Malformed(name)));
}

#[rstest]
fn an_original_url_is_absolute(
    #[values(
        "/a",
        "",
        "https://",
        "https://app.example.com",
        "//app.example.com/",
        "https://app.example.com?a",
        "https://app.example.com#a"
    )]
    url: &str,
) {
    let headers = with(&ORIGINAL, "x-original-url", url);
    let read = AskedRequest::original(&bytes(&headers)[..]);
    assert_eq!(read, Err(AskError::Malformed("x-original-url")));
}

#[rstest]
#[case("https", "App.Example.COM:443", Some("https://app.example.com"))]
#[case("wss", "app.example.com", Some("https://app.example.com"))]
#[case("https", "app.example.com:8443", Some("https://app.example.com:8443"))]
#[case("http", "app.example.com", None)]
#[case("https, http", "app.example.com", None)]
#[case("https", "app.example.com, evil.example", None)]
#[case("https", "user@app.example.com", None)]
#[case("https", "", None)]
#[case("https", "[::1]", None)]
fn an_origin_is_compared_whole(
    #[case] proto: &str,
    #[case] host: &str,
    #[case] origin: Option<&str>,
) {
    let headers = with(&FORWARDED, "x-forwarded-host", host);
    let headers = with(&headers, "x-forwarded-proto", proto);
    let read = AskedRequest::forwarded(&bytes(&headers)[..]).unwrap();
    assert_eq!(
        read.origin.map(|origin| origin.to_string()).as_deref(),
        origin
    );
}

#[rstest]
#[case("/", AskedPath::Application)]
#[case("/a/.twinlock/open", AskedPath::Application)]
#[case("/a?b=/.twinlock/open", AskedPath::Application)]
#[case("/.twinlock-theme/a", AskedPath::Application)]
#[case("/.twinlock/open", AskedPath::Open)]
#[case("/.twinlock/open?code=x", AskedPath::Open)]
#[case("/.twinlock/sign-out", AskedPath::SignOut)]
#[case("/.twinlock/sign-out/", AskedPath::OwnUnknown)]
#[case("/.twinlock/", AskedPath::OwnUnknown)]
#[case("/.twinlock", AskedPath::OwnUnknown)]
#[case("/.twinlock/../a", AskedPath::OwnUnknown)]
#[case("/.Twinlock/open", AskedPath::OwnUnknown)]
#[case("//.twinlock/open", AskedPath::OwnUnknown)]
#[case("/x/../.twinlock/open", AskedPath::OwnUnknown)]
#[case("/%2etwinlock/open", AskedPath::OwnUnknown)]
#[case("/%252etwinlock/open", AskedPath::OwnUnknown)]
#[case("/.twinlock%2fopen", AskedPath::OwnUnknown)]
#[case("/.twinlock;x/open", AskedPath::OwnUnknown)]
#[case("/a/..\\.twinlock/open", AskedPath::OwnUnknown)]
fn paths_of_twinlock_are_known_in_any_spelling(#[case] uri: &str, #[case] path: AskedPath) {
    let headers = with(&FORWARDED, "x-forwarded-uri", uri);
    let read = AskedRequest::forwarded(&bytes(&headers)[..]).unwrap();
    assert_eq!(read.path, path);
}

#[rstest]
#[case::page("GET", "/a?b=c", "/a?b=c")]
#[case::form("POST", "/a", "/")]
#[case::head("HEAD", "/a", "/")]
#[case::two_slashes("GET", "//evil.example/", "/")]
#[case::backslash("GET", "/\\evil.example", "/")]
#[case::fragment("GET", "/a#b", "/")]
#[case::own("GET", "/.twinlock/sign-out", "/")]
#[case::other_script("GET", "/caf\u{e9}", "/")]
fn a_person_continues_at_a_page_of_the_application(
    #[case] method: &str,
    #[case] uri: &str,
    #[case] target: &str,
) {
    let headers = with(&FORWARDED, "x-forwarded-uri", uri);
    let headers = with(&headers, "x-forwarded-method", method);
    let read = AskedRequest::forwarded(&bytes(&headers)[..]).unwrap();
    assert_eq!(read.return_target().as_str(), target);
}

#[rstest]
#[case("GET", true)]
#[case("HEAD", true)]
#[case("OPTIONS", true)]
#[case("TRACE", true)]
#[case("POST", false)]
#[case("get", false)]
#[case("PROPFIND", false)]
fn a_method_that_may_change_something_is_unsafe(#[case] method: &str, #[case] is_safe: bool) {
    assert_eq!(method.parse::<AskedMethod>().unwrap().is_safe(), is_safe);
}

proptest! {
    #[test]
    fn whatever_is_asked_is_read_alike_by_each_endpoint(
        method in "[A-Z]{1,8}",
        host in "[a-z0-9.:_-]{1,30}",
        uri in "/[!-~]{0,60}",
    ) {
        let forwarded = [
            ("x-forwarded-method", method.as_str()),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", &host),
            ("x-forwarded-uri", &uri),
        ];
        let url = format!("https://{host}{uri}");
        let original = [("x-original-url", url.as_str()), ("x-original-method", &method)];
        let read = AskedRequest::forwarded(&bytes(&forwarded)[..]);
        prop_assert_eq!(&AskedRequest::original(&bytes(&original)[..]), &read);
        let host = bytes(&[("host", host.as_str())]);
        prop_assert_eq!(&AskedRequest::mirrored(&host[..], &method, &uri), &read);
    }

    #[test]
    fn bytes_of_any_kind_stop_no_endpoint(
        pairs in prop::collection::vec(
            (0_usize..7, prop::collection::vec(any::<u8>(), 0..40)),
            0..8,
        )
    ) {
        let names = [
            "x-forwarded-method", "x-forwarded-proto", "x-forwarded-host", "x-forwarded-uri",
            "x-original-url", "x-original-method", "host",
        ];
        let headers: Pairs<'_> = pairs
            .iter()
            .map(|(name, value)| (names[*name], value.as_slice()))
            .collect();
        for read in [
            AskedRequest::forwarded(&headers[..]),
            AskedRequest::original(&headers[..]),
            AskedRequest::mirrored(&headers[..], "GET", "/"),
        ].into_iter().flatten() {
            let target = read.return_target();
            prop_assert!(target.as_str().starts_with('/') && !target.as_str().starts_with("//"));
            prop_assert!(!target.is_own());
        }
    }
}
