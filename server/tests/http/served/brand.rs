//! The operator's accent in the index page, and the logo beside the built files.

use server::config::{Accent, Branding, Logo, LogoKind};

use crate::support::{Options, TestServer};

const TEMPLATE: &str = include_str!("../../../../frontend/index.html");
const DRAWING: &[u8] = b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 3 1'/>";

async fn server(accent: Option<&str>, logo: Option<Logo>) -> TestServer {
    let options = Options {
        branding: Branding {
            brand: "Panel".to_owned(),
            show_helpers: false,
            support_url: None,
            accent: Accent::new(accent, None).unwrap(),
            logo,
        },
        files: vec![("index.html", TEMPLATE.as_bytes().to_vec())],
        ..Options::default()
    };
    TestServer::start_with(options, |services| services).await
}

async fn server_with_brand() -> TestServer {
    let logo = Logo {
        kind: LogoKind::Svg,
        ratio: 3.0,
        bytes: DRAWING.to_vec(),
    };
    server(Some("#0a7d3b"), Some(logo)).await
}

/// Returns all quoted texts in the page that begin with `start`.
fn quoted_words<'a>(html: &'a str, start: &str) -> Vec<&'a str> {
    let all = html.split('"').skip(1).step_by(2);
    all.filter(|text| text.starts_with(start)).collect()
}

#[tokio::test]
async fn the_accent_comes_after_all_other_styles() {
    let server = server_with_brand().await;
    let index = server.get("/", &[]).await;
    let (before, after) = index.text().split_once("<style>").unwrap();
    assert!(before.contains("type=\"css\""), "{before}");
    let (css, after) = after.split_once("</style>").unwrap();
    assert!(after.starts_with("</head>"), "{after}");
    assert!(css.contains("  --accent: light-dark(#0a7d3b, #"), "{css}");
    assert!(
        css.contains("  --on-accent: light-dark(#ffffff, #"),
        "{css}"
    );
    assert!(css.contains(".brand__logo { aspect-ratio: 3; }"), "{css}");
}

#[tokio::test]
async fn the_logo_stands_for_the_shield_and_in_the_tab() {
    let server = server_with_brand().await;
    let index = server.get("/", &[]).await;
    let paths = quoted_words(index.text(), "/logo-");
    assert_eq!(paths.len(), 3, "the frame, the app and the tab: {paths:?}");
    assert_eq!(index.text().matches("rel=\"icon\"").count(), 1);
    assert!(!index.text().contains("<!-- mark -->"));

    let answer = server.get(paths[0], &[]).await;
    assert_eq!(answer.body, DRAWING);
    assert_eq!(
        answer.header("content-type"),
        "image/svg+xml; charset=utf-8"
    );
    assert_eq!(
        answer.header("cache-control"),
        "public, max-age=31536000, immutable"
    );
    assert_eq!(
        answer.header("content-security-policy"),
        "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    );
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
}

#[tokio::test]
async fn without_settings_the_pages_stay_as_built() {
    let server = server(None, None).await;
    let index = server.get("/", &[]).await;
    assert!(!index.text().contains("<style>") && quoted_words(index.text(), "/logo-").is_empty());
    assert!(index.text().contains("<!-- mark --><svg"));
}
