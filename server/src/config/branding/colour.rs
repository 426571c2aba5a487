//! Colours as style sheets mix them: lightness, chroma and hue in OKLCH, converted to the 8 bits
//! per channel of sRGB.

use std::{fmt, str::FromStr};

use palette::{
    IntoColor, IsWithinBounds, Oklch, Srgb, color_difference::Wcag21RelativeContrast,
    convert::FromColorUnclamped,
};

/// Number of bisection steps for the chroma that sRGB can show: the last step is far below the
/// resolution of 8 bits.
const HALVINGS: u32 = 12;

/// An opaque colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour(Srgb<u8>);

/// The text is not a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoColour;

impl Colour {
    /// White.
    pub const WHITE: Self = Self(Srgb::new(255, 255, 255));

    /// Mixes a colour. If it is outside sRGB, returns the most vivid one of that lightness and hue.
    pub fn mix(mixture: Oklch<f64>) -> Self {
        let painted = |chroma| {
            let l = mixture.l.clamp(0.0, 1.0);
            Srgb::from_color_unclamped(Oklch {
                l,
                chroma,
                ..mixture
            })
        };
        let shown = |chroma| painted(chroma).is_within_bounds();
        let (mut most, mut too_much) = (0.0, mixture.chroma);
        if shown(too_much) {
            most = too_much;
        } else {
            for _ in 0..HALVINGS {
                let middle = f64::midpoint(most, too_much);
                let half = if shown(middle) {
                    &mut most
                } else {
                    &mut too_much
                };
                *half = middle;
            }
        }
        Self(painted(most).into_format())
    }

    /// Returns the OKLCH components.
    pub fn mixture(self) -> Oklch<f64> {
        self.0.into_format::<f64>().into_color()
    }

    /// Returns the contrast by WCAG 2.2, from 1 to 21.
    pub fn contrast(self, other: Self) -> f64 {
        let painted = |colour: Self| colour.0.into_format::<f64>();
        painted(self).relative_contrast(painted(other))
    }
}

impl FromStr for Colour {
    type Err = NoColour;

    /// Reads `#rgb` or `#rrggbb`.
    fn from_str(text: &str) -> Result<Self, NoColour> {
        let digits = text.strip_prefix('#').ok_or(NoColour)?;
        // The library slices by bytes, so only ASCII digits may reach it.
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(NoColour);
        }
        digits.parse().map(Self).map_err(|_| NoColour)
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("#2f5bd7", "#2f5bd7")]
    #[case("#2F5BD7", "#2f5bd7")]
    #[case("#0a3", "#00aa33")]
    fn a_colour_reads_as_in_a_style_sheet(#[case] text: &str, #[case] printed: &str) {
        assert_eq!(text.parse::<Colour>().unwrap().to_string(), printed);
    }

    #[rstest]
    fn nothing_else_does(
        #[values(
            "",
            "#",
            "2f5bd7",
            "blue",
            "#2f5bd",
            "#2f5bd7ff",
            "#2f5bdg",
            "##2f5bd",
            "#é2f5b",
            "rgb(0,0,0)"
        )]
        text: &str,
    ) {
        assert_eq!(text.parse::<Colour>(), Err(NoColour));
    }

    /// Values from common contrast checkers on the web.
    #[rstest]
    #[case("#000000", "#ffffff", 21.0)]
    #[case("#ffffff", "#767676", 4.54)]
    #[case("#ffffff", "#777777", 4.48)]
    #[case("#0000ff", "#ffffff", 8.59)]
    fn the_contrast_is_the_one_of_wcag(
        #[case] one: Colour,
        #[case] other: Colour,
        #[case] is: f64,
    ) {
        assert!(
            (one.contrast(other) - is).abs() < 0.005,
            "{}",
            one.contrast(other)
        );
        assert!((other.contrast(one) - is).abs() < 0.005);
    }

    #[test]
    fn a_colour_is_the_mixture_it_is_mixed_of() {
        for text in ["#2f5bd7", "#0a7d3b", "#8a4b12", "#111111", "#ffffff"] {
            let colour: Colour = text.parse().unwrap();
            assert_eq!(Colour::mix(colour.mixture()), colour);
        }
    }

    #[test]
    fn what_no_screen_shows_keeps_its_lightness_and_hue() {
        let wanted = Oklch::new(0.79, 0.4, 264.0);
        let got = Colour::mix(wanted).mixture();
        assert!((got.l - wanted.l).abs() < 0.01, "{got:?}");
        assert!(
            (got.hue.into_positive_degrees() - 264.0).abs() < 2.0,
            "{got:?}"
        );
        assert!((0.09..0.4).contains(&got.chroma), "{got:?}");
    }
}
