//! Joins all style sheets into one in the page, because each import would cost the browser a round
//! trip.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};

/// Writes `target/style/twinlock.css`, where Trunk finds it.
pub fn write(root: &Path) -> Result<()> {
    let target = root.join("target/style");
    fs::create_dir_all(&target)?;
    fs::write(target.join("twinlock.css"), bundled(root)?)
        .context("writing target/style/twinlock.css")
}

/// Returns `style/main.css` with its imports.
pub fn bundled(root: &Path) -> Result<String> {
    let source = root.join("style");
    let list = fs::read_to_string(source.join("main.css")).context("reading style/main.css")?;
    let bundled = inline(&list, |name| {
        fs::read_to_string(source.join(name))
            .with_context(|| format!("reading style/{name}, which style/main.css imports"))
    })?;
    Ok(without_indents(&without_comments(&bundled)))
}

fn inline(list: &str, read: impl Fn(&str) -> Result<String>) -> Result<String> {
    let mut bundled = String::new();
    for line in list.lines() {
        let Some(import) = line.strip_prefix("@import url(\"") else {
            bundled.extend([line, "\n"]);
            continue;
        };
        let parts = import
            .strip_suffix(");")
            .and_then(|import| import.split_once("\") layer("));
        let Some((name, layer)) = parts else {
            bail!(
                "`{line}` in style/main.css should read `@import url(\"file.css\") layer(name);`"
            );
        };
        bundled.extend(["@layer ", layer, " {\n", &read(name)?, "}\n"]);
    }
    Ok(bundled)
}

/// Removes comments, which are a fifth of the download.
fn without_comments(css: &str) -> String {
    let mut kept = String::new();
    let mut rest = css;
    while let Some(at) = rest.find(['"', '\'', '/']) {
        let (before, from) = rest.split_at(at);
        kept.push_str(before);
        let end = match from.as_bytes() {
            [b'/', b'*', ..] => {
                rest = from.split_once("*/").map_or("", |(_, after)| after);
                continue;
            }
            [b'/', ..] => 1,
            // A string contains no comments. None of ours contains its own kind of quote.
            [quote, inside @ ..] => {
                let close = inside.iter().position(|byte| byte == quote);
                close.map_or(from.len(), |close| close + 2)
            }
            [] => break,
        };
        let (text, after) = from.split_at(end);
        kept.push_str(text);
        rest = after;
    }
    kept.push_str(rest);
    kept
}

/// Removes blank lines and indentation, which have no meaning because none of our strings spans two
/// lines.
fn without_indents(css: &str) -> String {
    let lines = css.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.flat_map(|line| [line, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_go_and_everything_else_stays() {
        assert_eq!(
            without_comments(
                "a { /* one\n * two */ width: calc(1px / 2); } /**/ b { content: \"/* \" '*/'; }"
            ),
            "a {  width: calc(1px / 2); }  b { content: \"/* \" '*/'; }"
        );
        assert_eq!(without_comments("a /* open"), "a ");
    }

    #[test]
    fn what_stands_on_a_line_stays() {
        assert_eq!(
            without_indents("a {\n  b: \"c  d\";\n\n  \n}\n"),
            "a {\nb: \"c  d\";\n}\n"
        );
    }

    #[test]
    fn imports_become_layers_in_place() {
        let bundled = inline(
            "@layer a, b;\n@import url(\"x/y.css\") layer(b);\n",
            |name| Ok(format!("/* {name} */\n")),
        )
        .unwrap();
        assert_eq!(bundled, "@layer a, b;\n@layer b {\n/* x/y.css */\n}\n");
    }

    #[test]
    fn an_import_without_a_layer_is_refused() {
        assert!(inline("@import url(\"x.css\");", |_| Ok(String::new())).is_err());
    }
}
