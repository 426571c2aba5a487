//! Reads `frontend/index.html` like Trunk: each `<link data-trunk …>` names a built file that
//! replaces it.

use std::ops::Range;

use anyhow::{Context, Result, ensure};

/// A `<link data-trunk>`.
pub struct Link {
    /// The position of the link in the page.
    pub place: Range<usize>,
    attributes: Vec<(String, String)>,
}

impl Link {
    /// Returns the value of an attribute, which is empty for an attribute without a value.
    pub fn value(&self, name: &str) -> Result<&str> {
        let mut all = self.attributes.iter();
        all.find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
            .with_context(|| format!("a `<link data-trunk>` in frontend/index.html lacks `{name}`"))
    }
}

/// Returns the links of a page in order.
pub fn links(page: &str) -> Result<Vec<Link>> {
    const OPEN: &str = "<link";
    let mut found = Vec::new();
    for (start, _) in page.match_indices(OPEN) {
        let inside = page.get(start + OPEN.len()..).unwrap_or_default();
        let (attributes, length) = attributes(inside)?;
        if attributes.iter().any(|(name, _)| name == "data-trunk") {
            found.push(Link {
                place: start..start + OPEN.len() + length,
                attributes,
            });
        }
    }
    Ok(found)
}

/// Returns the only link of a kind, which is its `rel`.
pub fn link(page: &str, kind: &str) -> Result<Link> {
    let mut links = links(page)?.into_iter();
    links
        .find(|link| link.value("rel").is_ok_and(|rel| rel == kind))
        .with_context(|| format!("frontend/index.html has no `<link data-trunk rel=\"{kind}\">`"))
}

/// Returns the attributes up to `>`, and the length of that text.
fn attributes(inside: &str) -> Result<(Vec<(String, String)>, usize)> {
    let mut attributes = Vec::new();
    let mut rest = inside;
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix('>') {
            return Ok((attributes, inside.len() - after.len()));
        }
        let end = rest
            .find(|letter: char| letter == '=' || letter == '>' || letter.is_whitespace())
            .context("a <link> in frontend/index.html has no end")?;
        let (name, after) = rest.split_at(end);
        ensure!(
            !name.is_empty(),
            "a <link> in frontend/index.html has a value without a name"
        );
        let value = if let Some(quoted) = after.strip_prefix("=\"") {
            let (value, after) = quoted
                .split_once('"')
                .context("a value in a <link> of frontend/index.html has no end")?;
            rest = after;
            value
        } else {
            ensure!(
                !after.starts_with('='),
                "the value of `{name}` in a <link> of frontend/index.html lacks its quotes"
            );
            rest = after;
            ""
        };
        attributes.push((name.to_owned(), value.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_found_with_its_values_over_several_lines() {
        let page = "<link rel=\"expect\" href=\"#boot\">\n<link\n  data-trunk\n  rel=\"rust\" data-x=\"a > b\"\n  data-y\n><p>";
        let found = links(page).unwrap();
        let [link] = found.as_slice() else {
            panic!("{}", found.len());
        };
        assert!(page[link.place.clone()].ends_with("data-y\n>"));
        assert!(page[link.place.clone()].starts_with("<link\n"));
        assert_eq!(link.value("rel").unwrap(), "rust");
        assert_eq!(link.value("data-x").unwrap(), "a > b");
        assert_eq!(link.value("data-y").unwrap(), "");
        assert!(link.value("href").is_err());
    }

    #[test]
    fn a_link_that_is_cut_off_is_refused() {
        for page in ["<link data-trunk", "<link data-trunk a=\"b>", "<link a=b>"] {
            assert!(links(page).is_err(), "{page}");
        }
    }

    #[test]
    fn the_index_page_names_styles_icon_and_app() {
        let page = include_str!("../../../frontend/index.html");
        let found = links(page).unwrap();
        let kinds: Vec<&str> = found
            .iter()
            .map(|link| link.value("type").or(link.value("rel")).unwrap())
            .collect();
        assert_eq!(kinds, ["js", "css", "image/svg+xml", "rust", "js", "js"]);
    }
}
