//! The product's name, logo and accent, and the operator's support link.

mod accent;
mod colour;
#[cfg(test)]
mod contrast;
mod logo;

pub use accent::Accent;
pub use colour::Colour;
pub use logo::{Logo, LogoKind};

use domain::people::{
    names::{AccountName, NameError},
    typed::sign,
};
use http::Uri;

use crate::config::{BrandingArgs, SettingError, filled, switch};

/// The longest brand, in characters: it appears in the header beside the user menu, and in every
/// authenticator's list.
const MAX_CHARS: usize = 60;

/// What the pages say about the operator.
#[derive(Debug, Clone, PartialEq)]
pub struct Branding {
    /// The product's name.
    pub brand: String,
    /// Whether a user who has given only the password is told which Owners can help with a lost
    /// device.
    pub show_helpers: bool,
    /// Where users find help.
    pub support_url: Option<String>,
    /// The logo that replaces the shield.
    pub logo: Option<Logo>,
    /// The accent that replaces the style sheet's own.
    pub accent: Option<Accent>,
}

impl Branding {
    /// Reads the settings.
    pub fn new(args: &BrandingArgs) -> Result<Self, SettingError> {
        let support_url = filled(args.support_url.as_deref());
        Ok(Self {
            brand: brand(&args.brand.brand)?,
            show_helpers: switch("TWINLOCK_SHOW_HELPERS", &args.show_helpers)?,
            support_url: support_url.map(support).transpose()?,
            logo: filled(args.logo.as_deref()).map(Logo::read).transpose()?,
            accent: Accent::new(
                filled(args.accent.as_deref()),
                filled(args.accent_dark.as_deref()),
            )?,
        })
    }
}

fn brand(text: &str) -> Result<String, SettingError> {
    let error = |problem: &str| SettingError::new("TWINLOCK_BRAND", problem.to_owned());
    let brand = text.trim();
    match brand.chars().count() {
        0 => Err(error(
            "it is empty; give a name such as Customer Control Panel",
        )),
        count if count > MAX_CHARS => Err(error("it is too long; use at most 60 characters")),
        // The colon separates issuer and account in an authenticator's label.
        _ if brand.contains(|c: char| c.is_control() || c == ':') => Err(error(
            "it holds a colon or a control character; use letters, digits, blanks and other punctuation",
        )),
        _ => match brand.parse::<AccountName>() {
            Err(NameError::Sign(c)) => Err(error(&format!(
                "it holds {}, which shows nothing; leave that out",
                sign(c)
            ))),
            _ => Ok(brand.to_owned()),
        },
    }
}

/// Accepts only URLs that are safe in a link: a `javascript:` URL would run in the page.
fn support(url: &str) -> Result<String, SettingError> {
    let clean = !url.contains(|c: char| c.is_whitespace() || c.is_control());
    let web = || {
        url.parse::<Uri>().is_ok_and(|uri| {
            matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some()
        })
    };
    let mail = || {
        url.strip_prefix("mailto:")
            .is_some_and(|address| address.contains('@'))
    };
    if clean && (web() || mail()) {
        return Ok(url.to_owned());
    }
    let problem = format!(
        "`{}` is not a link such as https://example.com/help or mailto:help@example.com",
        url.escape_default()
    );
    Err(SettingError::new("TWINLOCK_SUPPORT_URL", problem))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("", "it is empty")]
    #[case("  ", "it is empty")]
    #[case("Panel: EU", "it holds a colon")]
    #[case("Panel\u{7}", "it holds a colon")]
    #[case(&"x".repeat(61), "it is too long")]
    fn a_wrong_brand_is_named(#[case] text: &str, #[case] problem: &str) {
        let error = brand(text).unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("TWINLOCK_BRAND: {problem}")),
            "{error}"
        );
    }

    #[rstest]
    fn a_support_link_leads_somewhere(
        #[values(
            "https://example.com/help",
            "http://help.local",
            "mailto:help@example.com"
        )]
        url: &str,
    ) {
        assert_eq!(support(url).unwrap(), url);
    }

    #[rstest]
    fn other_links_are_refused(
        #[values(
            "javascript:alert(1)",
            "example.com",
            "https://",
            "mailto:",
            "data:text/html,x",
            "https://a b"
        )]
        url: &str,
    ) {
        assert!(
            support(url)
                .unwrap_err()
                .to_string()
                .starts_with("TWINLOCK_SUPPORT_URL: ")
        );
    }
}
