//! The operator's accent and logo: colours in the index page, and a file next to the built ones.

use std::fmt::Write;

use axum::body::Bytes;
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::{HASHED, content_type, representation::Representations};
use crate::config::{Branding, Logo, LogoKind};

/// The policy of a logo that is opened directly: an SVG is then a document, and may only style
/// itself.
const LOGO_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/// The marks around the shield in the index page. The app finds the logo by its `<meta>`.
const MARK: (&str, &str) = ("<!-- mark -->", "<!-- /mark -->");
const ICON: &str = " rel=\"icon\"";

/// A file with its path.
pub type BrandFile = (String, Representations);

/// The parts of the pages that depend on the settings.
#[derive(Default)]
pub struct Brand {
    logo: Option<String>,
    style: Option<String>,
}

impl Brand {
    /// Also builds the logo's file. Its name contains its hash, so browsers may cache it forever.
    pub fn new(branding: &Branding) -> (Self, Option<BrandFile>) {
        let logo = branding.logo.as_ref().map(logo);
        let brand = Self {
            logo: logo.as_ref().map(|(path, _)| path.clone()),
            style: style(branding),
        };
        (brand, logo)
    }

    /// Inserts the brand into the index page: the colours come after the built style sheet, because
    /// they override its tokens.
    pub fn dress(&self, html: &str) -> String {
        let mut html = html.to_owned();
        let mut head = String::new();
        if let Some(path) = &self.logo {
            html = between(&html, MARK, &img(path));
            html = without_icon(&html);
            // The app shows the file named by `logo`; the browser shows `icon` in its tab.
            let _ = write!(
                head,
                "<meta name=\"logo\" content=\"{path}\"><link rel=\"icon\" href=\"{path}\">"
            );
        }
        if let Some(css) = &self.style {
            let _ = write!(head, "<style>{css}</style>");
        }
        head.push_str("</head>");
        html.replacen("</head>", &head, 1)
    }
}

/// The brand's name is next to the logo, so the image has no alternative text.
fn img(path: &str) -> String {
    format!("<img class=\"brand__logo\" src=\"{path}\" alt=\"\">")
}

fn logo(logo: &Logo) -> BrandFile {
    let ending = match logo.kind {
        LogoKind::Svg => "svg",
        LogoKind::Png => "png",
    };
    let body = Bytes::from(logo.bytes.clone());
    let hash = HEXLOWER.encode(&Sha256::digest(&body)[..8]);
    let name = format!("logo-{hash}.{ending}");
    let file = Representations::packed(content_type::of(&name), HASHED, body);
    (format!("/{name}"), file.with_policy(LOGO_POLICY))
}

fn style(branding: &Branding) -> Option<String> {
    let mut css = accent_css(branding);
    if let Some(logo) = &branding.logo {
        let _ = writeln!(css, ".brand__logo {{ aspect-ratio: {}; }}", logo.ratio);
    }
    (!css.is_empty()).then_some(css)
}

/// The tokens of the operator's accent; empty without one.
pub fn accent_css(branding: &Branding) -> String {
    let mut css = String::new();
    if let Some(accent) = &branding.accent {
        // Writing to a string can't fail. Engines without `light-dark()` get the light colours, as
        // in `style/tokens.css`.
        css.push_str(":root {\n");
        for (name, light, _) in accent.tokens() {
            let _ = writeln!(css, "  --{name}: {light};");
        }
        css.push_str("}\n@supports (color: light-dark(#000, #fff)) {\n:root {\n");
        for (name, light, dark) in accent.tokens() {
            let _ = writeln!(css, "  --{name}: light-dark({light}, {dark});");
        }
        css.push_str("}\n}\n");
    }
    css
}

/// Replaces the text between the two marks.
fn between(html: &str, (start, end): (&str, &str), new: &str) -> String {
    let parts = html.split_once(start).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(end)?;
        Some(format!("{before}{new}{after}"))
    });
    parts.unwrap_or_else(|| html.to_owned())
}

/// Removes the built icon, which shows the shield. Trunk may write other attributes before `rel`.
fn without_icon(html: &str) -> String {
    let parts = html.split_once(ICON).and_then(|(before, rest)| {
        let (before, _) = before.rsplit_once("<link")?;
        let (_, after) = rest.split_once('>')?;
        Some(format!("{before}{after}"))
    });
    parts.unwrap_or_else(|| html.to_owned())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::Accent;

    const PAGE: &str = "<head><link rel=\"icon\" href=\"/f.svg\"/><style>a {}</style></head><a><!-- mark --><svg></svg><!-- /mark -->Panel</a>";

    fn branding(accent: Option<&str>, logo: Option<Logo>) -> Branding {
        Branding {
            brand: "Panel".to_owned(),
            show_helpers: false,
            support_url: None,
            logo,
            accent: Accent::new(accent, None).unwrap(),
        }
    }

    fn ends_with(path: &str, ending: &str) -> bool {
        Path::new(path)
            .extension()
            .is_some_and(|found| found == ending)
    }

    #[test]
    fn without_settings_nothing_changes() {
        let (brand, file) = Brand::new(&branding(None, None));
        assert!(file.is_none());
        assert_eq!(brand.dress(PAGE), PAGE);
    }

    #[test]
    fn the_accent_comes_after_the_style_sheet() {
        let (brand, file) = Brand::new(&branding(Some("#2f5bd7"), None));
        assert!(file.is_none());
        let page = brand.dress(PAGE);
        let (built, rest) = page.split_once("</style><style>").unwrap();
        assert!(PAGE.starts_with(built), "{built}");
        assert!(
            rest.starts_with(":root {\n  --accent: #2f5bd7;\n"),
            "p19: plain colours come first: {rest}"
        );
        let (_, modern) = rest.split_once("@supports").unwrap();
        assert!(
            modern.contains(":root {\n  --accent: light-dark(#2f5bd7, #"),
            "{rest}"
        );
        assert!(rest.contains("}\n}\n</style></head>"), "{rest}");
    }

    #[test]
    fn the_logo_takes_the_place_of_the_shield() {
        let logo = Logo {
            kind: LogoKind::Png,
            ratio: 3.0,
            bytes: b"picture".to_vec(),
        };
        let (brand, file) = Brand::new(&branding(None, Some(logo)));
        let path = &file.unwrap().0;
        assert!(
            path.starts_with("/logo-") && ends_with(path, "png"),
            "{path}"
        );
        let html = brand.dress(PAGE);
        assert!(
            html.contains(&format!(
                "<a><img class=\"brand__logo\" src=\"{path}\" alt=\"\">Panel</a>"
            )),
            "{html}"
        );
        assert!(
            html.contains(&format!("<meta name=\"logo\" content=\"{path}\">")),
            "{html}"
        );
        assert_eq!(
            (
                html.matches("rel=\"icon\"").count(),
                html.contains("/f.svg")
            ),
            (1, false),
            "{html}"
        );
    }
}
