//! The backgrounds of the accent. They are defined in `style/tokens.css` and repeated here for the
//! contrast check; a test compares the two.

use palette::Oklch;

use crate::config::branding::colour::Colour;

/// Lightness in per cent, chroma, and hue.
type Mixture = (f64, f64, f64);

/// Each token with its colour in the light and in the dark theme.
const SURFACES: [(&str, Mixture, Mixture); 8] = [
    ("canvas", (98.0, 0.003, 260.0), (18.5, 0.012, 262.0)),
    ("surface", (100.0, 0.0, 0.0), (22.5, 0.014, 262.0)),
    ("raised", (100.0, 0.0, 0.0), (26.5, 0.016, 262.0)),
    ("sunken", (96.5, 0.005, 260.0), (27.0, 0.014, 262.0)),
    ("hover", (95.0, 0.008, 262.0), (32.0, 0.018, 262.0)),
    ("danger-soft", (96.5, 0.018, 25.0), (27.5, 0.035, 25.0)),
    ("warning-soft", (96.5, 0.032, 85.0), (28.0, 0.03, 75.0)),
    ("ok-soft", (96.0, 0.028, 158.0), (27.5, 0.03, 158.0)),
];

/// A colour theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccentTheme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl AccentTheme {
    /// Returns every background that the accent's colours appear on, by its token's name.
    pub fn surfaces(self) -> impl Iterator<Item = (&'static str, Colour)> {
        SURFACES.into_iter().map(move |(name, light, dark)| {
            let (l, chroma, hue) = match self {
                Self::Light => light,
                Self::Dark => dark,
            };
            (name, Colour::mix(Oklch::new(l / 100.0, chroma, hue)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_style_sheet_says_the_same() {
        let sheet = include_str!("../../../../../style/tokens.css");
        let written = |(l, chroma, hue): Mixture| format!("oklch({l}% {chroma} {hue}deg)");
        for (name, light, dark) in SURFACES {
            let line = format!(
                "--{name}: light-dark({}, {});",
                written(light),
                written(dark)
            );
            assert!(sheet.lines().any(|found| found.trim() == line), "{line}");
        }
    }
}
