//! The served index page: the operator's settings in it, and the CSP that matches its content.

use std::{borrow::Cow, io::Read};

use axum::{body::Body, body::Bytes, http::Request};
use data_encoding::BASE64;
use server::{config::Branding, spa::Pages};
use sha2::{Digest, Sha256};

use crate::support::{HttpAnswer, Options, TestServer, index_page, read_answer};

fn branding() -> Branding {
    Branding {
        brand: "Panel <b> & \"Co\"".to_owned(),
        show_helpers: false,
        support_url: Some("https://example.com/help?a=1&b=2".to_owned()),
        logo: None,
        accent: None,
    }
}

async fn index(takes: &str) -> HttpAnswer {
    page("/sign-in", takes).await
}

async fn page(path: &str, takes: &str) -> HttpAnswer {
    // The build adds the styles and another inline script.
    let built = index_page().replace(
        "</head>",
        "<style>a { b: c }</style><script type=\"module\">\nimport init from '/app.js';\ninit();\n</script></head>",
    );
    let files = vec![("index.html", built.into_bytes())];
    let server = TestServer::start_with(
        Options {
            branding: branding(),
            files,
            ..Options::default()
        },
        |services| services,
    )
    .await;
    server
        .send(
            Request::get(path)
                .header("accept-encoding", takes)
                .body(Body::empty())
                .unwrap(),
        )
        .await
}

/// Hashes the text between the tags like a browser, independently of the server's own code.
fn hashes(html: &str, element: &str) -> Vec<String> {
    let mut hashes = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find(&format!("<{element}")) {
        let open = start + rest[start..].find('>').unwrap() + 1;
        let close = open + rest[open..].find(&format!("</{element}>")).unwrap();
        if !rest[start..open].contains(" src") {
            hashes.push(format!(
                "'sha256-{}'",
                BASE64.encode(&Sha256::digest(&rest[open..close]))
            ));
        }
        rest = &rest[close..];
    }
    hashes
}

#[tokio::test]
async fn settings_stand_in_it_as_text() {
    let answer = index("").await;
    let html = answer.text();
    assert!(html.contains(r#"<title translate="no">Panel &lt;b&gt; &amp; &quot;Co&quot;</title>"#));
    assert!(
        html.contains(
            r#"<meta name="support-url" content="https://example.com/help?a=1&amp;b=2">"#
        )
    );
    assert!(!html.contains("__BRAND__") && !html.contains("__SUPPORT_URL__"));
}

#[tokio::test]
async fn what_stands_in_it_is_allowed_by_its_hash_and_nothing_else() {
    // The sign-in page has fewer inline scripts than other pages, and both have the same policy.
    let answer = page("/setup", "").await;
    let expected = hashes(answer.text(), "script");
    let form = index("").await;
    assert!(
        hashes(form.text(), "script")
            .iter()
            .all(|hash| expected.contains(hash))
    );
    assert_eq!(
        form.header("content-security-policy"),
        answer.header("content-security-policy")
    );
    assert!(
        expected.len() >= 4,
        "the scripts of frontend/boot and the one that starts the app"
    );
    let scripts = format!(
        "script-src 'self' {} 'wasm-unsafe-eval';",
        expected.join(" ")
    );
    let styles = hashes(answer.text(), "style").join(" ");
    assert!(styles.starts_with("'sha256-"), "{styles}");
    for allowed in [scripts, format!(" style-src 'self' {styles};")] {
        assert!(
            answer.header("content-security-policy").contains(&allowed),
            "{allowed}"
        );
    }
}

#[test]
fn the_pages_in_this_binary_are_allowed_too() {
    let pages = Pages::embedded(&branding(), None);
    let answer = pages.answer(&http::Method::GET, "/setup", &http::HeaderMap::new());
    let body = body_of(answer);
    assert_eq!(pages.are_missing(), !body.starts_with("<!"));
    let inline = pages.inline();
    let scripts = inline.map(|inline| inline.scripts.as_slice());
    assert_eq!(scripts.unwrap_or_default(), hashes(&body, "script"));
    let styles = inline.map(|inline| inline.styles.as_slice());
    assert_eq!(styles.unwrap_or_default(), hashes(&body, "style"));
}

fn body_of(answer: axum::response::Response) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(read_answer(answer)).text().to_owned()
}

#[tokio::test]
async fn it_is_compressed_after_it_was_filled_in() {
    let plain = index("").await;
    let (mut from_brotli, mut from_gzip) = (Vec::new(), String::new());
    let answer = index("br").await;
    assert_eq!(answer.header("content-encoding"), "br");
    brotli::BrotliDecompress(&mut answer.body.as_slice(), &mut from_brotli).unwrap();
    let answer = index("gzip").await;
    flate2::read::GzDecoder::new(answer.body.as_slice())
        .read_to_string(&mut from_gzip)
        .unwrap();
    assert_eq!(
        (from_brotli.as_slice(), from_gzip.as_str()),
        (plain.body.as_slice(), plain.text())
    );
}

#[test]
fn a_template_without_placeholders_is_served_as_it_is() {
    let files = [(
        Cow::Borrowed("index.html"),
        Bytes::from_static(b"<!doctype html>hello"),
    )];
    let answer =
        Pages::new(files, &branding()).answer(&http::Method::GET, "/", &http::HeaderMap::new());
    assert_eq!(body_of(answer), "<!doctype html>hello");
}
