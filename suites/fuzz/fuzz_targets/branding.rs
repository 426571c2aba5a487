//! Builds the branding from name, support link and accents.
#![no_main]

use libfuzzer_sys::fuzz_target;
use server::config::{BrandArgs, Branding, BrandingArgs};

fuzz_target!(|texts: (&str, &str, &str, &str)| {
    let (brand, support, accent, dark) = texts;
    let settings = BrandingArgs {
        brand: BrandArgs {
            brand: brand.to_owned(),
        },
        show_helpers: "false".to_owned(),
        support_url: Some(support.to_owned()),
        logo: None,
        accent: Some(accent.to_owned()),
        accent_dark: Some(dark.to_owned()),
    };
    if let Ok(branding) = Branding::new(&settings) {
        assert!(!branding.brand.contains(':') && !branding.brand.is_empty());
        let link = branding.support_url.unwrap_or_default().to_lowercase();
        assert!(
            ["", "http://", "https://", "mailto:"]
                .iter()
                .any(|begin| link.starts_with(begin))
                && !link.starts_with("javascript")
        );
    }
});
