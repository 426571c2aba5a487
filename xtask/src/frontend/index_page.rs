//! Builds the index page as it is sent: with the content of its `<link data-trunk>`s, without
//! indentation and developers' comments, because every visit downloads it again.

use anyhow::{Result, bail};
use data_encoding::BASE64;
use sha2::{Digest, Sha384};

use super::{file_names::Names, template};

/// The opening tag of a script. CDN optimisers leave a script with this attribute alone. Otherwise
/// they would change it, and the browser would refuse it by its hash (docs/SECURITY.md).
pub const SCRIPT: &str = "<script data-cfasync=\"false\">";

/// The opening tag of the script that starts the app.
const MODULE: &str = "<script data-cfasync=\"false\" type=\"module\">";

/// What is inserted into the page.
pub struct Pieces<Script> {
    /// The style sheets, joined.
    pub styles: String,
    /// Returns a script by the `href` of its link.
    pub script: Script,
    /// The icon's content.
    pub icon: Vec<u8>,
    /// The names of the files in `dist`.
    pub names: Names,
}

/// Returns the page with styles, scripts, icon and app inserted.
pub fn filled<Script>(page: &str, pieces: &Pieces<Script>) -> Result<String>
where
    Script: Fn(&str) -> Result<String>,
{
    let names = &pieces.names;
    let mut whole = String::new();
    let mut done = 0;
    for link in template::links(page)? {
        whole.push_str(page.get(done..link.place.start).unwrap_or_default());
        let piece = match link.value("rel")? {
            "inline" => match link.value("type")? {
                "css" => format!("<style>{}</style>", pieces.styles),
                "js" => {
                    let script = (pieces.script)(link.value("href")?)?;
                    format!("{SCRIPT}{}</script>", script.trim())
                }
                other => bail!("xtask/src/frontend/index_page.rs knows no inline `{other}`"),
            },
            "icon" => link_to_icon(&names.icon, &pieces.icon),
            "rust" => start_of_the_app(names),
            other => bail!(
                "xtask/src/frontend/index_page.rs knows no `<link data-trunk rel=\"{other}\">`"
            ),
        };
        whole.push_str(&piece);
        done = link.place.end;
    }
    whole.push_str(page.get(done..).unwrap_or_default());
    Ok(whole.replacen("</head>", &format!("{}</head>", ahead(names)), 1))
}

fn link_to_icon(name: &str, icon: &[u8]) -> String {
    let integrity = BASE64.encode(&Sha384::digest(icon));
    format!("<link rel=\"icon\" href=\"/{name}\" integrity=\"sha384-{integrity}\"/>")
}

/// Returns the script that starts the app, without the event that Trunk adds.
fn start_of_the_app(names: &Names) -> String {
    let Names { script, wasm, .. } = names;
    format!(
        "{MODULE}\nimport init from '/{script}';\nawait init({{ module_or_path: '/{wasm}' }});\n</script>"
    )
}

/// Returns the preload links for files that a browser may fetch before it has parsed the page.
fn ahead(names: &Names) -> String {
    let scripts = [&names.script].into_iter().chain(&names.snippets);
    let scripts = scripts.map(|name| {
        format!("<link rel=\"modulepreload\" href=\"/{name}\" crossorigin=\"anonymous\">")
    });
    let wasm = format!(
        "<link rel=\"preload\" href=\"/{}\" crossorigin=\"anonymous\" as=\"fetch\" type=\"application/wasm\">",
        names.wasm
    );
    scripts.chain([wasm]).collect()
}

/// Returns the page without the parts that only developers need.
pub fn short(page: &str) -> String {
    let lines = page.lines().map(str::trim);
    let kept = lines.filter(|line| !line.is_empty() && !is_note(line));
    kept.flat_map(|line| [line, "\n"]).collect()
}

/// Returns whether the whole line is a comment.
fn is_note(line: &str) -> bool {
    let comment = line
        .strip_prefix("<!--")
        .and_then(|rest| rest.strip_suffix("-->"));
    comment.is_some_and(|words| !words.contains("-->") && !is_marker(words))
}

/// Returns whether a comment is a marker for the server, which fills or removes the content in
/// between: `<!-- sign-in -->` … `<!-- /sign-in -->`.
fn is_marker(words: &str) -> bool {
    let word = words.trim().trim_start_matches('/');
    word.chars()
        .all(|letter| letter.is_ascii_lowercase() || letter == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_keeps_every_marker_and_loses_no_line_that_is_more_than_a_note() {
        let page = include_str!("../../../frontend/index.html");
        let kept = short(page);
        for marker in ["mark", "sign-in", "other"] {
            for marker in [format!("<!-- {marker} -->"), format!("<!-- /{marker} -->")] {
                let count = page.matches(&marker).count();
                assert!(
                    count > 0 && count == kept.matches(&marker).count(),
                    "{marker}"
                );
            }
        }
        assert_eq!(
            short("<!-- a --><b></b><!-- /a -->"),
            "<!-- a --><b></b><!-- /a -->\n"
        );
    }

    fn names() -> Names {
        Names {
            script: "frontend-1f.js".to_owned(),
            wasm: "frontend-1f_bg.wasm".to_owned(),
            snippets: vec!["snippets/crate-2e/inline0.js".to_owned()],
            icon: "mark-3d.svg".to_owned(),
        }
    }

    fn pieces(styles: &str, icon: &[u8]) -> Pieces<impl Fn(&str) -> Result<String>> {
        Pieces {
            styles: styles.to_owned(),
            script: |href: &str| Ok(format!("run(\"{href}\");\n")),
            icon: icon.to_vec(),
            names: names(),
        }
    }

    #[test]
    fn p12_every_script_asks_optimisers_to_leave_it() {
        let page = include_str!("../../../frontend/index.html");
        let built = filled(page, &pieces("", b"")).unwrap();
        // The three scripts of frontend/boot, and the one that starts the app.
        assert_eq!(page.matches("<script").count(), 0);
        assert_eq!(built.matches("<script").count(), 4);
        assert_eq!(
            built.matches("<script").count(),
            built.matches("<script data-cfasync=\"false\"").count()
        );
    }

    #[test]
    fn each_link_gives_way_to_what_it_names_as_trunk_writes_it() {
        let page = "<head><link data-trunk rel=\"inline\" type=\"js\" href=\"b.js\">\n\
                    <link data-trunk rel=\"inline\" type=\"css\" href=\"a.css\">\n<link data-trunk rel=\"icon\" href=\"a.svg\" type=\"image/svg+xml\">\n\
                    <link data-trunk rel=\"rust\"></head><body></body>";
        assert_eq!(
            filled(page, &pieces("b{}", b"<svg/>")).unwrap(),
            "<head><script data-cfasync=\"false\">run(\"b.js\");</script>\n\
             <style>b{}</style>\n\
             <link rel=\"icon\" href=\"/mark-3d.svg\" integrity=\"sha384-XDHj4aOBi6gW7Kz+KqI8rdLBm/IZpEIgkfgKVS17+MdfaWz0ItPBsmIuces8lbd3\"/>\n\
             <script data-cfasync=\"false\" type=\"module\">\n\
             import init from '/frontend-1f.js';\n\
             await init({ module_or_path: '/frontend-1f_bg.wasm' });\n\
             </script>\
             <link rel=\"modulepreload\" href=\"/frontend-1f.js\" crossorigin=\"anonymous\">\
             <link rel=\"modulepreload\" href=\"/snippets/crate-2e/inline0.js\" crossorigin=\"anonymous\">\
             <link rel=\"preload\" href=\"/frontend-1f_bg.wasm\" crossorigin=\"anonymous\" as=\"fetch\" type=\"application/wasm\">\
             </head><body></body>"
        );
    }

    #[test]
    fn a_link_of_an_unknown_kind_is_refused() {
        for kind in ["rel=\"sass\"", "rel=\"inline\" type=\"svg\""] {
            let page = format!("<link data-trunk {kind} href=\"a\">");
            let error = filled(&page, &pieces("", b"")).unwrap_err().to_string();
            let name = kind.split('"').rev().nth(1).unwrap();
            assert!(error.contains(name), "{error}");
        }
    }

    #[test]
    fn notes_and_indentation_go_and_markers_stay() {
        let page = "<body>\n  <!-- Why this stands here. -->\n  <!-- sign-in -->\n    <h1>Sign in</h1>\n\n  <!-- /sign-in -->\n  \
                    <a><!-- mark --><svg/><!-- /mark -->x</a>\n</body>\n";
        assert_eq!(
            short(page),
            "<body>\n<!-- sign-in -->\n<h1>Sign in</h1>\n<!-- /sign-in -->\n\
             <a><!-- mark --><svg/><!-- /mark -->x</a>\n</body>\n"
        );
    }
}
