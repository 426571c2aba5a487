//! The index page before the server fills it, like the one that `cargo xtask` builds.

const SOURCE: &str = include_str!("../../../frontend/index.html");
const SCRIPTS: [(&str, &str); 3] = [
    (
        "theme",
        include_str!("../../../frontend/boot/bundled/theme.js"),
    ),
    (
        "early-requests",
        include_str!("../../../frontend/boot/bundled/early-requests.js"),
    ),
    (
        "start",
        include_str!("../../../frontend/boot/bundled/start.js"),
    ),
];

/// Returns the page with its scripts, without styles and without the script that starts the app.
pub fn index_page() -> String {
    let mut page = SOURCE.to_owned();
    for (name, script) in SCRIPTS {
        let link =
            format!("<link data-trunk rel=\"inline\" type=\"js\" href=\"boot/bundled/{name}.js\">");
        assert!(page.contains(&link), "{link}");
        page = page.replace(&link, &format!("<script>{script}</script>"));
    }
    page
}
