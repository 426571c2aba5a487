//! The index page: filled in with the operator's settings at start, and therefore compressed at start too.

use axum::body::Bytes;
use data_encoding::{BASE64, HEXLOWER};
use sha2::{Digest, Sha256};

use super::{
    REVALIDATED, brand::Brand, content_type, representation::Representations, variants::Variants,
};
use crate::config::Branding;

/// The page in its two forms, what its inline scripts need in the CSP, and which build it is.
pub struct Index {
    pages: Variants<Representations>,
    script_hashes: Vec<String>,
    build: String,
}

impl Index {
    /// Fills in the placeholders, and what the brand's own files need.
    pub fn new(template: &str, branding: &Branding, brand: &Brand) -> Self {
        let support_url = branding.support_url.as_deref().unwrap_or_default();
        let html = brand
            .dress(template)
            .replace("__SUPPORT_URL__", &escaped(support_url))
            .replace("__BRAND__", &escaped(&branding.brand));
        // The names of scripts and styles hold their hashes, so this names all that a tab has loaded, and the settings in it.
        let build = HEXLOWER.encode(&Sha256::digest(&html)[..8]);
        let html = html.replace("__BUILD__", &build);
        let script_hashes = inline_scripts(&html).map(csp_source).collect();
        Self {
            pages: Variants::of(&html).map(page),
            script_hashes,
            build,
        }
    }

    /// The page in both forms.
    pub const fn pages(&self) -> &Variants<Representations> {
        &self.pages
    }

    /// Which build of the pages this is: a tab that was loaded from another one is outdated.
    pub fn build(&self) -> &str {
        &self.build
    }

    /// The CSP sources of the inline scripts.
    pub fn script_hashes(&self) -> &[String] {
        &self.script_hashes
    }
}

fn page(html: String) -> Representations {
    let content_type = content_type::of("index.html");
    Representations::packed(content_type, REVALIDATED, Bytes::from(html))
}

/// Safe in text and in quoted attributes.
fn escaped(text: &str) -> String {
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

/// The text of each script without `src`.
fn inline_scripts(html: &str) -> impl Iterator<Item = &str> {
    html.split("<script").skip(1).filter_map(|rest| {
        let (tag, rest) = rest.split_once('>')?;
        let (text, _) = rest.split_once("</script")?;
        (!tag.contains("src=")).then_some(text)
    })
}

fn csp_source(script: &str) -> String {
    format!("'sha256-{}'", BASE64.encode(&Sha256::digest(script)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_text_and_never_markup() {
        let template = "<title>__BRAND__</title><meta name=\"brand\" content=\"__BRAND__\"><meta content=\"__SUPPORT_URL__\">";
        let branding = Branding {
            brand: "A&B \"<script>alert(1)</script>'".to_owned(),
            support_url: Some("https://example.com/?a=1&b=\"".to_owned()),
            logo: None,
            accent: None,
        };
        let index = Index::new(template, &branding, &Brand::default());
        assert!(
            index.script_hashes().is_empty(),
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
    fn each_inline_script_has_its_hash() {
        let html = "<script>one</script><script src=\"/a.js\"></script><script type=\"module\">\nimport x\n</script>";
        let found: Vec<&str> = inline_scripts(html).collect();
        assert_eq!(found, ["one", "\nimport x\n"]);
        // printf one | openssl dgst -sha256 -binary | base64
        assert_eq!(
            csp_source("one"),
            "'sha256-dpLDrTVAu4A8Ags67mbNiIcSMjTqDG5xQ8Ct1z/0Me0='"
        );
    }
}
