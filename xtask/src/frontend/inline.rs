//! Minifies the styles and scripts in the index page, because every visit downloads them again.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};

use super::index_page::SCRIPT;
use crate::{process::Process, tools::Toolbox, workspace::root};

/// The start and end tags of each part, and its language for esbuild. The module that starts the
/// app stays as it is, because the server reads it.
const PARTS: [(&str, &str, &str); 2] =
    [("<style>", "</style>", "css"), (SCRIPT, "</script>", "js")];

/// Returns the page with each part minified.
pub fn shortened(mut page: String, tools: &Toolbox) -> Result<String> {
    for (open, close, language) in PARTS {
        page = replaced(&page, open, close, |text| by_esbuild(tools, language, text))?;
    }
    Ok(page)
}

/// Returns the page with every text between `open` and `close` replaced by the result of `shorten`.
fn replaced(
    page: &str,
    open: &str,
    close: &str,
    shorten: impl Fn(&str) -> Result<String>,
) -> Result<String> {
    let mut pieces = page.split(open);
    let mut whole = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (text, rest) = piece
            .split_once(close)
            .with_context(|| format!("{open} in index.html has no end"))?;
        whole.extend([open, shorten(text)?.trim(), close, rest]);
    }
    Ok(whole)
}

fn by_esbuild(tools: &Toolbox, language: &str, text: &str) -> Result<String> {
    let path =
        |name: &str| -> PathBuf { root().join(format!("target/pages/shipped/{name}.{language}")) };
    let (long, short) = (path("inline"), path("inline-short"));
    fs::write(&long, text).with_context(|| format!("writing {}", long.display()))?;
    Process::new("esbuild")
        .args([&long])
        // Not `--minify`, because that may use newer syntax than the old browsers understand for
        // which the script is meant.
        .args(["--minify-whitespace", "--minify-identifiers", "--log-level=warning"])
        .args([format!("--outfile={}", short.display())])
        .env_unshown("PATH", tools.path()?)
        .run()?;
    fs::read_to_string(&short).with_context(|| format!("reading {}", short.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_is_replaced_and_everything_else_stays() {
        let page = "<a><style> b </style><style>c</style><script>d</script></a>";
        let short = replaced(page, "<style>", "</style>", |text| Ok(text.to_uppercase()));
        assert_eq!(
            short.unwrap(),
            "<a><style>B</style><style>C</style><script>d</script></a>"
        );
    }

    #[test]
    fn a_part_without_an_end_is_refused() {
        let short = replaced(
            "<style>a",
            "<style>",
            "</style>",
            |text| Ok(text.to_owned()),
        );
        assert!(short.is_err());
    }

    #[test]
    fn the_index_page_has_scripts_of_this_form() {
        let page = include_str!("../../../frontend/index.html");
        // A link becomes a script of this form. Any other tag would not be found and not minified.
        assert_eq!(page.matches("<script").count(), 0);
        assert_eq!(page.matches("rel=\"inline\" type=\"js\"").count(), 3);
    }
}
