//! The colours of one theme that derive from its accent, in the proportions of the accent in
//! `style/tokens.css`.

use palette::{OklabHue, Oklch};

use super::surfaces::AccentTheme;
use crate::config::branding::colour::Colour;

/// The contrast of text (WCAG 2.2, 1.4.3).
const TEXT: f64 = 4.5;
/// The contrast of rings, lines and tracks (WCAG 2.2, 1.4.11).
const SHAPE: f64 = 3.0;

/// An accent below this lightness gets lighter on hover, because a darker shade would not be
/// visible.
const NEARLY_BLACK: f64 = 0.3;
/// In the dark theme, an accent above this lightness gets darker on hover.
const NEARLY_WHITE: f64 = 0.93;
/// An accent with less chroma becomes nearly white in the dark theme, because a grey button would
/// look disabled.
const NEARLY_GREY: f64 = 0.03;

/// The accent's tokens in one theme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    theme: AccentTheme,
    accent: Colour,
    hover: Colour,
    text: Colour,
    on: Colour,
    soft: Colour,
    focus: Colour,
}

/// Two colours that appear on each other.
struct ContrastPair {
    what: String,
    contrast: f64,
    needed: f64,
}

impl Tokens {
    /// Derives the tokens from this accent.
    pub fn new(theme: AccentTheme, accent: Colour) -> Self {
        let Oklch { l, chroma, hue } = accent.mixture();
        let mix = |l: f64, chroma: f64| Colour::mix(Oklch::new(l, chroma, hue));
        let tokens = match theme {
            AccentTheme::Light => {
                let step = if l < NEARLY_BLACK { 0.1 } else { -0.06 };
                Self {
                    theme,
                    accent,
                    hover: mix(l + step, chroma * 0.94),
                    text: mix(l - 0.03, chroma),
                    on: Colour::WHITE,
                    soft: mix(0.95, (chroma * 0.13).min(0.022)),
                    focus: mix(0.52, chroma * 1.18),
                }
            }
            AccentTheme::Dark => {
                let step = if l > NEARLY_WHITE { -0.06 } else { 0.06 };
                Self {
                    theme,
                    accent,
                    hover: mix(l + step, chroma * 0.76),
                    text: mix(l + 0.03, chroma * 0.9),
                    on: mix(0.2, (chroma * 0.4).min(0.04)),
                    soft: mix(0.3, (chroma * 0.4).min(0.042)),
                    focus: mix(0.8, chroma * 1.14),
                }
            }
        };
        tokens.with_readable_text(hue)
    }

    /// Derives the dark theme's accent from the light one: as light as text on dark has to be, and
    /// no more vivid than the built-in one.
    pub fn dark_accent_for(light: Colour) -> Colour {
        let Oklch { chroma, hue, .. } = light.mixture();
        let l = if chroma < NEARLY_GREY { 0.92 } else { 0.79 };
        Colour::mix(Oklch::new(l, chroma.min(0.105), hue))
    }

    /// Returns the tokens with their names in the style sheet.
    pub fn named(&self) -> [(&'static str, Colour); 6] {
        [
            ("accent", self.accent),
            ("accent-hover", self.hover),
            ("accent-text", self.text),
            ("on-accent", self.on),
            ("accent-soft", self.soft),
            ("focus", self.focus),
        ]
    }

    /// Returns the first pair of colours with too little contrast, with its value.
    pub fn complaint(&self) -> Option<String> {
        let pair = self
            .pairs()
            .into_iter()
            .find(|pair| pair.contrast < pair.needed)?;
        // Rounded down, because 4.499 must not read as 4.5.
        let contrast = (pair.contrast * 100.0).floor() / 100.0;
        let (what, needed) = (pair.what, pair.needed);
        Some(format!(
            "{what} has a contrast of {contrast:.2}:1 and needs {needed}:1"
        ))
    }

    fn pairs(&self) -> Vec<ContrastPair> {
        let accent = self.accent;
        let pair = |what: String, one: Colour, other: Colour, needed| ContrastPair {
            what,
            contrast: one.contrast(other),
            needed,
        };
        let on = match self.theme {
            AccentTheme::Light => "white",
            AccentTheme::Dark => "dark",
        };
        let mut pairs = vec![
            pair(format!("{on} text on {accent}"), self.on, accent, TEXT),
            pair(
                format!(
                    "{on} text on {}, which {accent} becomes under the pointer,",
                    self.hover
                ),
                self.on,
                self.hover,
                TEXT,
            ),
            pair(
                format!("a link of {accent} on its own tint"),
                self.text,
                self.soft,
                TEXT,
            ),
        ];
        for (name, surface) in self.theme.surfaces() {
            pairs.extend([
                pair(format!("{accent} on --{name}"), accent, surface, SHAPE),
                pair(
                    format!("a link of {accent} on --{name}"),
                    self.text,
                    surface,
                    TEXT,
                ),
                pair(
                    format!("the focus ring of {accent} on --{name}"),
                    self.focus,
                    surface,
                    SHAPE,
                ),
            ]);
        }
        pairs
    }

    /// Links also appear on tints, so their colour may have to differ more than the accent itself.
    fn with_readable_text(mut self, hue: OklabHue<f64>) -> Self {
        let step = match self.theme {
            AccentTheme::Light => -0.01,
            AccentTheme::Dark => 0.01,
        };
        let Oklch { mut l, chroma, .. } = self.text.mixture();
        while !self.text_is_readable() && (0.0..=1.0).contains(&l) {
            l += step;
            self.text = Colour::mix(Oklch::new(l, chroma, hue));
        }
        self
    }

    fn text_is_readable(&self) -> bool {
        let mut backgrounds = self
            .theme
            .surfaces()
            .map(|(_, surface)| surface)
            .chain([self.soft]);
        backgrounds.all(|background| self.text.contrast(background) >= TEXT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The style sheet's own accent yields the values that are written there.
    #[test]
    fn the_proportions_are_those_of_the_style_sheet() {
        let sheet = include_str!("../../../../../style/tokens.css");
        let accent = |l, chroma| Colour::mix(Oklch::new(l, chroma, 264.0));
        let light = Tokens::new(AccentTheme::Light, accent(0.46, 0.17));
        let dark = Tokens::new(
            AccentTheme::Dark,
            Tokens::dark_accent_for(accent(0.46, 0.17)),
        );
        for (place, tokens) in [light, dark].iter().enumerate() {
            for (name, is) in tokens.named() {
                let line = sheet
                    .lines()
                    .find_map(|line| line.trim().strip_prefix(&format!("--{name}: light-dark(")));
                let mixture = line.unwrap().split("oklch(").nth(place + 1).unwrap();
                let parts: Vec<f64> = mixture
                    .split([' ', ')'])
                    .take(3)
                    .map(|part| {
                        part.trim_end_matches("deg")
                            .trim_end_matches('%')
                            .parse()
                            .unwrap()
                    })
                    .collect();
                let written = Colour::mix(Oklch::new(parts[0] / 100.0, parts[1], parts[2]));
                let (is, written) = (is.mixture(), written.mixture());
                assert!(
                    (is.l - written.l).abs() < 0.006 && (is.chroma - written.chroma).abs() < 0.006,
                    "--{name}: {is:?}, in the sheet {written:?}"
                );
            }
        }
    }

    #[test]
    fn a_button_is_seen_to_be_under_the_pointer() {
        for (theme, text) in [
            (AccentTheme::Light, "#000000"),
            (AccentTheme::Light, "#111111"),
            (AccentTheme::Light, "#2f5bd7"),
            (AccentTheme::Dark, "#ffffff"),
            (AccentTheme::Dark, "#90b0ff"),
        ] {
            let tokens = Tokens::new(theme, text.parse().unwrap());
            let (from, to) = (tokens.accent.mixture().l, tokens.hover.mixture().l);
            assert!((from - to).abs() > 0.05, "{text}: {from} to {to}");
        }
    }
}
