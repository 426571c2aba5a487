//! The index page as it is sent: without indentation, and without the notes of those who wrote it. Each visitor loads it anew.

use std::fs;

use anyhow::{Context, Result};

use crate::workspace::dist;

/// Trunk writes this script, so it lacks the attribute that keeps optimisers at the edge away from it; the others have it in frontend/index.html.
const MODULE: &str = "<script data-cfasync=\"false\" type=\"module\"";

/// Makes the page in `dist` small.
pub fn shorten() -> Result<()> {
    let file = dist().join("index.html");
    let page = fs::read_to_string(&file).context("reading dist/index.html")?;
    fs::write(&file, short(&page)).context("writing dist/index.html")
}

fn short(page: &str) -> String {
    let page = page.replace("<script type=\"module\"", MODULE);
    let lines = page.lines().map(str::trim);
    let kept = lines.filter(|line| !line.is_empty() && !is_note(line));
    kept.flat_map(|line| [line, "\n"]).collect()
}

/// A line that is a comment as a whole: of a script, or of the page.
fn is_note(line: &str) -> bool {
    let comment = line
        .strip_prefix("<!--")
        .and_then(|rest| rest.strip_suffix("-->"));
    line.starts_with("//")
        || comment.is_some_and(|words| !words.contains("-->") && !is_marker(words))
}

/// A word between which the server finds what it fills or leaves out: `<!-- sign-in -->` … `<!-- /sign-in -->`.
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

    #[test]
    fn p12_every_script_asks_optimisers_to_leave_it() {
        let page = include_str!("../../../frontend/index.html");
        let built = short(&format!("{page}<script type=\"module\">"));
        assert_eq!(
            built.matches("<script").count(),
            built.matches("<script data-cfasync=\"false\"").count()
        );
    }

    #[test]
    fn notes_and_indentation_go_and_markers_stay() {
        let page = "<body>\n  <!-- Why this stands here. -->\n  <!-- sign-in -->\n    <h1>Sign in</h1>\n\n  <!-- /sign-in -->\n  \
                    <script>\n    // Why.\n    ask(\"//x\"); // stays\n  </script>\n  <a><!-- mark --><svg/><!-- /mark -->x</a>\n</body>\n";
        assert_eq!(
            short(page),
            "<body>\n<!-- sign-in -->\n<h1>Sign in</h1>\n<!-- /sign-in -->\n<script>\nask(\"//x\"); // stays\n</script>\n\
             <a><!-- mark --><svg/><!-- /mark -->x</a>\n</body>\n"
        );
    }
}
