//! The accent colour. Its contrast is checked at start: an unreadable colour is refused.

mod surfaces;
mod tokens;

use palette::Oklch;

use crate::config::{SettingError, branding::colour::Colour};
use surfaces::AccentTheme;
use tokens::Tokens;

const LIGHT: &str = "TWINLOCK_ACCENT";
const DARK: &str = "TWINLOCK_ACCENT_DARK";

/// The accent's colours in both themes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accent {
    light: Tokens,
    dark: Tokens,
}

impl Accent {
    /// Reads both settings. Without one for the dark theme, a lighter colour of the same hue is
    /// used there.
    pub fn new(light: Option<&str>, dark: Option<&str>) -> Result<Option<Self>, SettingError> {
        let Some(text) = light else {
            let alone = "it needs TWINLOCK_ACCENT beside it: the accent of the light theme";
            return dark.map_or(Ok(None), |_| Err(SettingError::new(DARK, alone.to_owned())));
        };
        let accent = colour(LIGHT, text)?;
        let light = check_accent(LIGHT, AccentTheme::Light, accent)?;
        let accent = match dark {
            Some(text) => colour(DARK, text)?,
            None => Tokens::dark_accent_for(accent),
        };
        let dark = check_accent(DARK, AccentTheme::Dark, accent)?;
        Ok(Some(Self { light, dark }))
    }

    /// Returns each token's name in the style sheet, with its colour in the light and in the dark
    /// theme.
    pub fn tokens(&self) -> impl Iterator<Item = (&'static str, Colour, Colour)> {
        let both = self.light.named().into_iter().zip(self.dark.named());
        both.map(|((name, light), (_, dark))| (name, light, dark))
    }
}

fn colour(setting: &'static str, text: &str) -> Result<Colour, SettingError> {
    text.parse().map_err(|_| {
        let problem = format!(
            "`{}` is not a colour such as #2f5bd7",
            text.escape_default()
        );
        SettingError::new(setting, problem)
    })
}

fn check_accent(
    setting: &'static str,
    theme: AccentTheme,
    accent: Colour,
) -> Result<Tokens, SettingError> {
    let tokens = Tokens::new(theme, accent);
    let Some(complaint) = tokens.complaint() else {
        return Ok(tokens);
    };
    let advice = nearest(theme, accent).map_or_else(String::new, |nearest| {
        format!("; {nearest} is the nearest of its hue that is enough")
    });
    Err(SettingError::new(setting, format!("{complaint}{advice}")))
}

/// Returns the nearest readable colour of the same hue: darker for the light theme, lighter for the
/// dark one.
fn nearest(theme: AccentTheme, accent: Colour) -> Option<Colour> {
    let from = accent.mixture();
    let lightness = |step: u32| match theme {
        AccentTheme::Light => from.l - f64::from(step) * 0.005,
        AccentTheme::Dark => from.l + f64::from(step) * 0.005,
    };
    (1..=200)
        .map(|step| {
            Colour::mix(Oklch {
                l: lightness(step),
                ..from
            })
        })
        .find(|colour| Tokens::new(theme, *colour).complaint().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn refusal(light: Option<&str>, dark: Option<&str>) -> String {
        Accent::new(light, dark).unwrap_err().to_string()
    }

    #[test]
    fn none_is_none() {
        assert_eq!(Accent::new(None, None), Ok(None));
    }

    #[rstest]
    #[case(
        "#4dabf7",
        None,
        "TWINLOCK_ACCENT: white text on #4dabf7 has a contrast of 2.47:1 and needs 4.5:1; #097ac3 is the nearest of its hue that is enough"
    )]
    #[case(
        "#777",
        None,
        "TWINLOCK_ACCENT: white text on #777777 has a contrast of 4.47:1 and needs 4.5:1; #767676 is the nearest of its hue that is enough"
    )]
    #[case(
        "#ffffff",
        None,
        "TWINLOCK_ACCENT: white text on #ffffff has a contrast of 1.00:1 and needs 4.5:1; #767676 is the nearest of its hue that is enough"
    )]
    #[case(
        "#2f5bd7",
        Some("#2f5bd7"),
        "TWINLOCK_ACCENT_DARK: dark text on #2f5bd7 has a contrast of 3.11:1 and needs 4.5:1; #4778f6 is the nearest of its hue that is enough"
    )]
    fn a_colour_that_can_not_be_read_is_refused_with_the_figure(
        #[case] light: &str,
        #[case] dark: Option<&str>,
        #[case] is: &str,
    ) {
        assert_eq!(refusal(Some(light), dark), is);
    }

    #[test]
    fn the_edge_is_where_wcag_puts_it() {
        // #767676 has a contrast of 4.54:1 on white, #777777 has 4.48:1.
        assert!(Accent::new(Some("#767676"), None).is_ok());
        assert!(Accent::new(Some("#777777"), None).is_err());
    }

    #[rstest]
    #[case(
        Some("blue"),
        None,
        "TWINLOCK_ACCENT: `blue` is not a colour such as #2f5bd7"
    )]
    #[case(
        Some("#2f5bd7"),
        Some("pale"),
        "TWINLOCK_ACCENT_DARK: `pale` is not a colour such as #2f5bd7"
    )]
    #[case(
        None,
        Some("#90b0ff"),
        "TWINLOCK_ACCENT_DARK: it needs TWINLOCK_ACCENT beside it: the accent of the light theme"
    )]
    fn what_is_no_colour_is_named(
        #[case] light: Option<&str>,
        #[case] dark: Option<&str>,
        #[case] is: &str,
    ) {
        assert_eq!(refusal(light, dark), is);
    }

    /// 6³ colours from black to white.
    #[test]
    fn every_colour_is_good_or_has_a_good_one_beside_it() {
        let channel = || (0..=255_u32).step_by(51);
        let (mut taken, mut refused) = (0, 0);
        for (red, green, blue) in
            channel().flat_map(|r| channel().flat_map(move |g| channel().map(move |b| (r, g, b))))
        {
            let text = format!("#{red:02x}{green:02x}{blue:02x}");
            match Accent::new(Some(&text), None) {
                Ok(_) => taken += 1,
                Err(error) => {
                    refused += 1;
                    let error = error.to_string();
                    let right = error
                        .split("; ")
                        .nth(1)
                        .unwrap_or_else(|| panic!("{text}: {error}"));
                    let right = right.split(' ').next().unwrap();
                    assert!(error.starts_with("TWINLOCK_ACCENT: "), "{error}");
                    assert!(Accent::new(Some(right), None).is_ok(), "{text}: {error}");
                }
            }
        }
        assert!(
            taken > 50 && refused > 50,
            "{taken} taken, {refused} refused"
        );
    }
}
