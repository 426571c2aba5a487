//! The three endpoints that proxies ask.

use rstest::rstest;
use serde_json::json;

use crate::support::{
    HttpAnswer, Options, TestServer,
    door::{
        APP, AppBrowser, NONCE, PAGE, PANEL, PROXY, SCRIPT, SESSION, portal, request,
        server_with_applications,
    },
};

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
const HOST: [(&str, &str); 1] = [("host", "app.example.com")];

/// The same question at each endpoint.
const ENDPOINTS: [(&str, &[(&str, &str)]); 3] = [
    ("/door/forward-auth", &FORWARDED),
    ("/door/auth-request", &ORIGINAL),
    ("/door/ext-authz/a?b=c", &HOST),
];

async fn ask(server: &TestServer, path: &str, headers: &[&[(&str, &str)]]) -> HttpAnswer {
    let mut proxy = server.browser().from(PROXY);
    proxy.send(request("GET", path, &headers.concat())).await
}

#[track_caller]
fn expect_not_stored(answer: &HttpAnswer) {
    assert_eq!(answer.header("cache-control"), "no-store", "{answer}");
    assert_eq!(answer.header("vary"), "Cookie", "{answer}");
    assert_eq!(answer.header("access-control-allow-origin"), "");
    assert_eq!(answer.header("strict-transport-security"), "");
    let policy = answer.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
}

#[track_caller]
fn expect_nobody(answer: &HttpAnswer) {
    for name in ["remote-user", "twinlock-account", "twinlock-assertion"] {
        assert_eq!(answer.header(name), "", "{answer}");
    }
}

#[tokio::test]
async fn a_page_goes_to_the_portal_with_a_nonce() {
    let server = server_with_applications().await;
    for (path, headers) in ENDPOINTS {
        let answer = ask(&server, path, &[headers, &PAGE]).await;
        let away = if path == "/door/auth-request" {
            401
        } else {
            302
        };
        assert_eq!(answer.status, away, "{answer}");
        let location = answer.header("location");
        assert!(
            location.starts_with(&format!("{PANEL}/door/open?app=")),
            "{location}"
        );
        assert!(location.contains("&to=%2Fa%3Fb%3Dc&state="), "{location}");
        let cookies = answer.cookies();
        assert_eq!(cookies.len(), 1);
        let lasts = "; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600";
        assert!(
            cookies[0].starts_with(NONCE) && cookies[0].ends_with(lasts),
            "{}",
            cookies[0]
        );
        expect_not_stored(&answer);
        expect_nobody(&answer);
    }
}

#[tokio::test]
async fn a_script_gets_401_and_nothing_else() {
    let server = server_with_applications().await;
    for (path, headers) in ENDPOINTS {
        let answer = ask(&server, path, &[headers, &SCRIPT]).await;
        let expected = json!({ "error": "signed_out", "sign_in": format!("{APP}/") });
        assert_eq!(answer.status_and_json(), (401, expected));
        assert_eq!(answer.header("location"), "");
        assert!(answer.cookies().is_empty());
        expect_not_stored(&answer);
        expect_nobody(&answer);
    }
}

#[tokio::test]
async fn a_person_inside_is_let_in_with_eight_headers() {
    let server = server_with_applications().await;
    let ada = server.add_owner().await;
    let (mut panel, mut app) = (portal(&server), AppBrowser::new(&server, APP));
    panel.sign_in(&ada).await.expect_ok();
    app.enter(&mut panel, "/").await;
    let cookie = format!("a=b; {SESSION}={}", app.browser.cookie(SESSION).unwrap());
    for (path, headers) in ENDPOINTS {
        let answer = ask(&server, path, &[headers, &SCRIPT, &[("cookie", &cookie)]]).await;
        assert_eq!(answer.status, 200, "{answer}");
        assert!(answer.body.is_empty() && answer.cookies().is_empty());
        let account = server.account("Example Ltd").await;
        for (name, value) in [
            ("remote-user", "ada@example.com"),
            ("remote-email", "ada@example.com"),
            ("remote-name", "Ada Owner"),
            ("remote-groups", "Example Ltd:owner"),
            ("twinlock-account", account.as_str()),
            ("twinlock-role", "owner"),
            ("twinlock-mfa", "no"),
        ] {
            let values: Vec<_> = answer.header_values(name).collect();
            assert_eq!(values, [value], "{name}");
        }
        assert_eq!(answer.header("twinlock-assertion").split('.').count(), 3);
        expect_not_stored(&answer);
        // A doubled cookie is none.
        let twice = [("cookie", cookie.as_str()), ("cookie", cookie.as_str())];
        let refused = ask(&server, path, &[headers, &SCRIPT, &twice]).await;
        assert_eq!(refused.status, 401, "{refused}");
        expect_nobody(&refused);
    }
}

#[tokio::test]
async fn a_malformed_cookie_is_no_session() {
    let server = server_with_applications().await;
    let unknown = "A".repeat(43);
    for value in ["", "x", "\"\"", unknown.as_str(), &unknown[1..]] {
        let cookie = format!("{SESSION}={value}");
        for (path, headers) in ENDPOINTS {
            let answer = ask(&server, path, &[headers, &SCRIPT, &[("cookie", &cookie)]]).await;
            assert_eq!(answer.status, 401, "{value} {path}");
            expect_nobody(&answer);
        }
    }
}

#[tokio::test]
async fn missing_doubled_and_foreign_headers_are_refused() {
    let server = server_with_applications().await;
    for (path, headers) in &ENDPOINTS[..2] {
        for index in 0..headers.len() {
            let rest = [&headers[..index], &headers[index + 1..]].concat();
            let twice = [headers[index]];
            for changed in [&[&rest[..]][..], &[headers, &twice]] {
                let answer = ask(&server, path, changed).await;
                assert_eq!(answer.status, 400, "{answer}");
                assert!(answer.text().contains(headers[index].0), "{answer}");
                expect_not_stored(&answer);
            }
        }
    }
    for (path, headers) in ENDPOINTS {
        let foreign: Vec<_> = match path {
            "/door/auth-request" => FORWARDED.to_vec(),
            "/door/forward-auth" => ORIGINAL.to_vec(),
            _ => [&ORIGINAL[..], &FORWARDED[..1], &FORWARDED[2..]].concat(),
        };
        for header in foreign {
            let answer = ask(&server, path, &[headers, &[header], &PAGE]).await;
            assert_eq!(answer.status, 400, "{path} {header:?}: {answer}");
            assert!(answer.text().contains(header.0));
        }
    }
}

#[tokio::test]
async fn only_a_trusted_proxy_may_ask() {
    let server = server_with_applications().await;
    for (path, headers) in ENDPOINTS {
        let headers = [headers, &PAGE, &[("x-forwarded-for", PROXY)]].concat();
        let mut stranger = server.browser().from("192.0.2.1");
        let answer = stranger.send(request("GET", path, &headers)).await;
        assert_eq!(answer.status, 403, "{answer}");
        assert!(answer.text().contains("TWINLOCK_TRUSTED_PROXIES"));
        expect_not_stored(&answer);
        let unknown = server.send(request("GET", path, &headers)).await;
        assert_eq!(unknown.status, 403, "a peer that is not known");
    }
}

#[tokio::test]
async fn twinlocks_own_host_has_no_verifier_and_is_no_application() {
    let server = server_with_applications().await;
    let own = [("host", "Panel.example.com:443")];
    for (path, headers) in &ENDPOINTS[..2] {
        let answer = ask(&server, path, &[headers, &PAGE, &own]).await;
        assert_eq!(answer.status, 404, "{answer}");
    }
    let mut forwarded = FORWARDED;
    forwarded[2].1 = "panel.example.com";
    let original = [
        ("x-original-url", "https://panel.example.com/"),
        ORIGINAL[1],
    ];
    let looped: [(&str, &[(&str, &str)]); 3] = [
        ("/door/forward-auth", &forwarded),
        ("/door/auth-request", &original),
        ("/door/ext-authz/", &own),
    ];
    for (path, headers) in looped {
        let answer = ask(&server, path, &[headers, &PAGE]).await;
        assert_eq!(answer.status, 400, "{answer}");
        assert!(answer.text().contains("loop"), "{answer}");
    }
}

#[tokio::test]
async fn an_unknown_origin_is_no_application() {
    let server = server_with_applications().await;
    for (proto, host) in [
        ("https", "other.example.com"),
        ("https", "app.example.com:8443"),
        ("https", "app.example.com.evil.example"),
        ("http", "app.example.com"),
    ] {
        for uri in ["/", "/.twinlock/open?code=x", "/.twinlock/sign-out"] {
            let mut forwarded = FORWARDED;
            (forwarded[1].1, forwarded[2].1, forwarded[3].1) = (proto, host, uri);
            let answer = ask(&server, "/door/forward-auth", &[&forwarded, &PAGE]).await;
            assert_eq!(answer.status, 403, "{answer}");
            assert!(
                answer
                    .text()
                    .contains("There is no application at this address")
            );
            expect_not_stored(&answer);
        }
    }
}

#[rstest]
#[case("POST", "/door/forward-auth", 405)]
#[case("POST", "/door/auth-request", 405)]
#[case("HEAD", "/door/forward-auth", 401)]
#[case("POST", "/door/ext-authz/a", 401)]
#[case("OPTIONS", "/door/ext-authz/a", 401)]
#[case("GET", "/door/ext-authz", 401)]
#[case("GET", "/door/ext-authz/", 401)]
#[case("GET", "/door/ext-authz//a/../b%2f", 401)]
#[case("GET", "/door/ext-authz/livez", 401)]
#[case("GET", "/door/ext-authz/%2etwinlock/open", 404)]
#[tokio::test]
async fn a_call_has_a_method(#[case] method: &str, #[case] path: &str, #[case] status: u16) {
    let server = server_with_applications().await;
    let own: &[(&str, &str)] = match path {
        "/door/forward-auth" => &FORWARDED,
        "/door/auth-request" => &ORIGINAL,
        _ => &HOST,
    };
    let mut proxy = server.browser().from(PROXY);
    let headers = [own, &SCRIPT].concat();
    let answer = proxy.send(request(method, path, &headers)).await;
    assert_eq!(answer.status, status, "{answer}");
}

#[tokio::test]
async fn without_a_public_url_of_https_no_one_is_judged() {
    use server::config::{LimitArgs, Limits};
    let limits = LimitArgs {
        address_limit: None,
        trusted_proxies: Some(PROXY.to_owned()),
    };
    let options = Options {
        limits: Limits::new(&limits).unwrap(),
        ..Options::default()
    };
    let server = TestServer::start_with(options, |services| services).await;
    for (path, headers) in ENDPOINTS {
        let answer = ask(&server, path, &[headers, &PAGE]).await;
        assert_eq!(answer.status, 503, "{answer}");
        assert!(answer.text().contains("TWINLOCK_PUBLIC_URL"));
    }
}
