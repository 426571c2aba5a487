//! Twinlock's own paths at the host of an application.

use rstest::rstest;

use crate::support::{
    RouterBrowser, TestServer,
    door::{APP, AppBrowser, PAGE, PANEL, SESSION, open, portal, server_with_applications},
};

const SIGN_OUT: &str = "/.twinlock/sign-out";
const LINK: [(&str, &str); 3] = [("sec-fetch-site", "same-origin"), PAGE[1], PAGE[2]];

async fn inside(server: &TestServer) -> (RouterBrowser, AppBrowser) {
    let ada = server.add_owner().await;
    let (mut panel, mut app) = (portal(server), AppBrowser::new(server, APP));
    panel.sign_in(&ada).await.expect_ok();
    app.enter(&mut panel, "/").await;
    assert_eq!(app.script().await, 200);
    (panel, app)
}

#[rstest]
#[case::link("GET", &LINK)]
#[case::typed("GET", &PAGE)]
#[case::form("POST", &[("origin", APP)])]
#[tokio::test]
async fn a_person_signs_out_of_an_application(
    #[case] method: &str,
    #[case] headers: &[(&str, &str)],
) {
    let server = server_with_applications().await;
    let (mut panel, mut app) = inside(&server).await;
    let thief = app.clone();
    let answer = app.send(method, SIGN_OUT, headers).await;
    assert_eq!(answer.status, 303, "{answer}");
    assert_eq!(
        answer.header("location"),
        format!("{PANEL}/door/signed-out")
    );
    assert_eq!(app.browser.cookie(SESSION), None);
    assert_eq!(thief.clone().script().await, 401);
    let page = open(&mut panel, answer.header("location")).await;
    assert_eq!(page.status, 200);
    assert!(
        page.text()
            .contains("You are signed out of the application")
    );
    assert!(!page.text().contains("Notes"), "{page}");
    // Twinlock itself is still signed in.
    panel.ask("session/whoami").await.expect_ok();
    app.enter(&mut panel, "/").await;
    assert_eq!(app.script().await, 200);
}

#[rstest]
#[case::other_site("GET", &[("sec-fetch-site", "cross-site"), PAGE[1], PAGE[2]])]
#[case::neighbour("GET", &[("sec-fetch-site", "same-site"), PAGE[1], PAGE[2]])]
#[case::frame("GET", &[LINK[0], PAGE[1], ("sec-fetch-dest", "iframe")])]
#[case::image("GET", &[LINK[0], ("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")])]
#[case::ahead("GET", &[LINK[0], PAGE[1], PAGE[2], ("sec-purpose", "prefetch")])]
#[case::old_browser("GET", &[("accept", "text/html")])]
#[case::head("HEAD", &LINK)]
#[case::foreign_form("POST", &[("origin", "https://evil.example")])]
#[case::neighbours_form("POST", &[("origin", "https://wiki.example.com")])]
#[case::form_of_nobody("POST", &[("origin", "null")])]
#[case::form_without_origin("POST", &LINK)]
#[case::two_origins("POST", &[("origin", APP), ("origin", APP)])]
#[tokio::test]
async fn no_other_site_signs_a_person_out(#[case] method: &str, #[case] headers: &[(&str, &str)]) {
    let server = server_with_applications().await;
    let (_, mut app) = inside(&server).await;
    let answer = app.send(method, SIGN_OUT, headers).await;
    assert_eq!(answer.status, 403, "{answer}");
    assert!(
        answer
            .text()
            .contains("Sign out of <span translate=\"no\">Notes</span>?")
    );
    // Without this the form's own `Origin` would be `null`.
    assert_eq!(answer.header("referrer-policy"), "same-origin");
    let policy = answer.header("content-security-policy");
    assert!(
        policy.contains(&format!("form-action 'self' {PANEL};")),
        "{policy}"
    );
    assert!(!policy.contains("script-src"));
    assert_eq!(app.script().await, 200);
}

#[tokio::test]
async fn no_path_of_twinlock_is_let_through() {
    let server = server_with_applications().await;
    let (_, mut inside) = inside(&server).await;
    for uri in [
        "/.twinlock/",
        "/.twinlock",
        "/.twinlock/open",
        "/.twinlock/open?code=x",
        "/.twinlock/sign-out/x",
        "/.twinlock/../a",
        "/%2etwinlock/open",
        "//.twinlock/open",
    ] {
        for method in ["GET", "HEAD", "POST", "OPTIONS"] {
            for mut app in [inside.clone(), AppBrowser::new(&server, APP)] {
                let answer = app.send(method, uri, &PAGE).await;
                assert_ne!(answer.status / 100, 2, "{method} {uri}: {answer}");
                assert_eq!(answer.header("remote-user"), "");
            }
        }
    }
    assert_eq!(inside.script().await, 200);
}

#[tokio::test]
async fn a_used_link_leads_a_stranger_to_a_page_and_not_around() {
    let server = server_with_applications().await;
    let code = "A".repeat(43);
    let mut stranger = AppBrowser::new(&server, APP);
    let answer = stranger.page(&format!("/.twinlock/open?code={code}")).await;
    assert_eq!(answer.status, 400);
    assert!(
        answer
            .text()
            .contains("This link has been used or is too old")
    );
    assert!(
        answer
            .text()
            .contains("<a class=\"button\" href=\"/\">Open the application again</a>")
    );
    assert_eq!(answer.header("location"), "");
}
