//! The index page, which is filled in with the operator's settings at start, and therefore
//! compressed at start too.

use axum::body::Bytes;
use data_encoding::{BASE64, HEXLOWER};
use sha2::{Digest, Sha256};

use super::{
    REVALIDATED, brand::Brand, content_type, representation::Representations, variants::Variants,
};
use crate::config::{Branding, PublicUrl};

/// The CSP sources of the page's inline elements.
pub struct InlineSources {
    /// The source of each script without `src`.
    pub scripts: Vec<String>,
    /// The source of each style sheet.
    pub styles: Vec<String>,
}

/// The page in its two forms, its inline CSP sources, and its build.
pub struct Index {
    pages: Variants<Representations>,
    inline: InlineSources,
    build: String,
}

impl Index {
    /// Fills in the placeholders, and what the brand's own files need.
    pub fn new(
        template: &str,
        branding: &Branding,
        brand: &Brand,
        public_url: Option<&PublicUrl>,
    ) -> Self {
        let public_url = public_url.map(PublicUrl::to_string).unwrap_or_default();
        let support_url = branding.support_url.as_deref().unwrap_or_default();
        let html = brand
            .dress(template)
            .replace("__SUPPORT_URL__", &escaped(support_url))
            .replace("__PUBLIC_URL__", &escaped(&public_url))
            .replace("__BRAND__", &escaped(&branding.brand));
        // Names of scripts contain their hashes, and the styles are inline, so this hash covers all
        // that a tab has loaded, including the settings.
        let build = HEXLOWER.encode(&Sha256::digest(&html)[..8]);
        let html = html.replace("__BUILD__", &build);
        let inline = InlineSources::of(&html);
        Self {
            pages: Variants::of(&html).map(page),
            inline,
            build,
        }
    }

    /// Returns both forms of the page.
    pub const fn pages(&self) -> &Variants<Representations> {
        &self.pages
    }

    /// Returns the build of the pages. A tab that loaded another build is outdated.
    pub fn build(&self) -> &str {
        &self.build
    }

    /// Returns the sources that the CSP allows by hash.
    pub const fn inline(&self) -> &InlineSources {
        &self.inline
    }
}

impl InlineSources {
    fn of(html: &str) -> Self {
        let sources = |element| texts(html, element).map(csp_source).collect();
        Self {
            scripts: sources("script"),
            styles: sources("style"),
        }
    }
}

fn page(html: String) -> Representations {
    let content_type = content_type::of("index.html");
    Representations::packed(content_type, REVALIDATED, Bytes::from(html))
}

/// Escapes a text for HTML and quoted attributes.
pub fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(c),
        }
    }
    html
}

/// Returns the text of each element of this name without `src`.
fn texts<'a>(html: &'a str, element: &str) -> impl Iterator<Item = &'a str> {
    let (open, close) = (format!("<{element}"), format!("</{element}"));
    let mut rest = html;
    std::iter::from_fn(move || {
        let (_, from) = rest.split_once(&open)?;
        let (tag, from) = from.split_once('>')?;
        let (text, after) = from.split_once(&close)?;
        rest = after;
        Some((!tag.contains("src=")).then_some(text))
    })
    .flatten()
}

/// Returns the CSP source of an inline text.
pub fn csp_source(text: &str) -> String {
    format!("'sha256-{}'", BASE64.encode(&Sha256::digest(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_text_and_never_markup() {
        let template = "<title>__BRAND__</title><meta name=\"brand\" content=\"__BRAND__\"><meta content=\"__SUPPORT_URL__\">";
        let branding = Branding {
            brand: "A&B \"<script>alert(1)</script>'".to_owned(),
            show_helpers: false,
            support_url: Some("https://example.com/?a=1&b=\"".to_owned()),
            logo: None,
            accent: None,
        };
        let index = Index::new(template, &branding, &Brand::default(), None);
        assert!(
            index.inline().scripts.is_empty() && index.inline().styles.is_empty(),
            "no script came in with a setting"
        );
        let brand = "A&amp;B &quot;&lt;script&gt;alert(1)&lt;/script&gt;&#39;";
        assert_eq!(escaped(&branding.brand), brand);
        assert_eq!(
            escaped("https://example.com/?a=1&b=\""),
            "https://example.com/?a=1&amp;b=&quot;"
        );
    }

    #[test]
    fn what_stands_in_the_page_has_its_hash() {
        let html = "<style>a { b: c }</style><script>one</script><script src=\"/a.js\"></script><script type=\"module\">\nimport x\n</script>";
        let found: Vec<&str> = texts(html, "script").collect();
        assert_eq!(found, ["one", "\nimport x\n"]);
        let found: Vec<&str> = texts(html, "style").collect();
        assert_eq!(found, ["a { b: c }"]);
        // Expected value: `printf one | openssl dgst -sha256 -binary | base64`
        assert_eq!(
            csp_source("one"),
            "'sha256-dpLDrTVAu4A8Ags67mbNiIcSMjTqDG5xQ8Ct1z/0Me0='"
        );
    }
}
