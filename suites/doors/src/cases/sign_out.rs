//! Signing out of an application.

use crate::{
    case::{DoorCase, case},
    site::{COOKIE, DoorSite, NAVIGATION},
};

pub fn cases() -> Vec<DoorCase> {
    vec![
        case!(px20_the_sign_out_of_an_application),
        case!(px35_no_other_site_signs_out),
    ]
}

const PATH: &str = "/.twinlock/sign-out";

/// What a browser sends for a link on a page of the application.
const LINK: [(&str, &str); 4] = [
    NAVIGATION[0],
    NAVIGATION[1],
    NAVIGATION[2],
    ("Sec-Fetch-Site", "same-origin"),
];

fn px20_the_sign_out_of_an_application(site: &mut DoorSite) {
    let (person, _, mut visitor) = site.person_inside();
    site.enter(&mut visitor, "wiki").expect_person(&person);
    let thief = visitor.clone();
    let answer = visitor.request("app", "GET", PATH, &LINK, "");
    let (host, path) = visitor.target(&answer);
    assert_eq!(
        (host.as_str(), path.as_str()),
        ("panel", "/door/signed-out")
    );
    let page = visitor.follow(&answer);
    assert_eq!(page.status, 200, "{page}");
    // The session has ended, not only its cookie.
    site.expect_outside(&mut thief.clone(), "app");
    // The other application and Twinlock itself stay open, so the way back needs no password.
    site.expect_inside(&mut visitor, "wiki")
        .expect_person(&person);
    site.enter(&mut visitor, "app").expect_person(&person);
    // A button that posts a form.
    let origin = site.origin("app");
    let form = [&LINK[..], &[("Origin", origin.as_str())]].concat();
    let answer = visitor.request("app", "POST", PATH, &form, "");
    assert_eq!(visitor.target(&answer).1, "/door/signed-out");
    assert_eq!(visitor.cookie("app", COOKIE).unwrap_or_default(), "");
    site.expect_outside(&mut visitor, "app");
    // Without a session it is harmless.
    let answer = site.visitor().request("app", "GET", PATH, &LINK, "");
    assert_eq!(visitor.target(&answer).1, "/door/signed-out");
}

fn px35_no_other_site_signs_out(site: &mut DoorSite) {
    let (person, _, mut visitor) = site.person_inside();
    let before = site.echo.count();
    let dest = |dest| ("Sec-Fetch-Dest", dest);
    let from = |from| ("Sec-Fetch-Site", from);
    let [accept, mode, document, _] = NAVIGATION;
    let own = from("same-origin");
    let tries: [&[(&str, &str)]; 10] = [
        &[accept, mode, document, from("cross-site")],
        &[accept, mode, document, from("same-site")],
        &[accept, mode, dest("iframe"), own],
        &[accept, mode, dest("iframe"), from("cross-site")],
        &[accept, ("Sec-Fetch-Mode", "no-cors"), dest("image"), own],
        &[accept, ("Sec-Fetch-Mode", "cors"), dest("empty"), own],
        &[accept, mode, document, own, ("Sec-Purpose", "prefetch")],
        &[
            accept,
            mode,
            document,
            own,
            ("Sec-Purpose", "prefetch;prerender"),
        ],
        &[accept, mode, document, own, ("Purpose", "prefetch")],
        &[accept],
    ];
    for headers in tries {
        let answer = visitor.request("app", "GET", PATH, headers, "");
        // A proxy lets a request in on 200, so the page that asks has another status.
        assert!(
            answer.status != 302 && answer.status != 303,
            "{headers:?}: {answer}"
        );
        assert_eq!(answer.cookies(), [""; 0], "{headers:?}");
        site.expect_inside(&mut visitor, "app")
            .expect_person(&person);
    }
    let asked = visitor.request("app", "GET", PATH, tries[0], "");
    assert!(asked.contains("Sign out of"), "{asked}");
    for origin in [
        "https://evil.example",
        "null",
        &site.origin("wiki"),
        &site.origin("panel"),
    ] {
        let headers = [
            accept,
            mode,
            document,
            from("cross-site"),
            ("Origin", origin),
        ];
        let answer = visitor.request("app", "POST", PATH, &headers, "");
        assert_eq!(answer.status, 403, "{origin}: {answer}");
        site.expect_inside(&mut visitor, "app")
            .expect_person(&person);
    }
    let answer = visitor.request("app", "POST", PATH, &[accept], "");
    assert_eq!(answer.status, 403, "without an origin: {answer}");
    let arrived = site.echo.count() - before;
    assert_eq!(arrived, 14, "a request for Twinlock's own path has arrived");
}
