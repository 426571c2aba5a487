//! Checks the promise of docs/STYLE.md against `style/tokens.css`: which colours appear on each
//! other, and their contrast.

use std::collections::BTreeSet;

use palette::Oklch;
use rstest::rstest;

use crate::config::branding::colour::Colour;

const SHEET: &str = include_str!("../../../../style/tokens.css");

/// WCAG 2.2, 1.4.6: long texts.
const BODY: f64 = 7.0;
/// WCAG 2.2, 1.4.3: every other text.
const TEXT: f64 = 4.5;
/// WCAG 2.2, 1.4.11: rings, borders and tracks of controls.
const SHAPE: f64 = 3.0;

/// Foregrounds, their backgrounds, and the least contrast between them.
const MEETINGS: [(&[&str], &[&str], f64); 8] = [
    (&["text", "text-muted"], &SURFACES, BODY),
    (
        &["text", "text-muted"],
        &["accent-soft", "danger-soft", "warning-soft", "ok-soft"],
        BODY,
    ),
    (&["accent-text"], &SURFACES, TEXT),
    (
        &["danger", "warning", "ok"],
        &["canvas", "surface", "raised"],
        TEXT,
    ),
    (&["accent-text"], &["accent-soft"], TEXT),
    (&["on-accent"], &["accent", "accent-hover"], TEXT),
    (&["on-danger"], &["danger-fill", "danger-fill-hover"], TEXT),
    (&["focus", "accent", "line-strong"], &SURFACES, SHAPE),
];
const SURFACES: [&str; 5] = ["canvas", "surface", "raised", "sunken", "hover"];
/// Purely decorative colours: the parts that they separate or frame are distinct without them.
const DECORATION: [&str; 4] = ["line", "danger-line", "warning-line", "ok-line"];

/// Returns name, light and dark value of every colour token.
fn tokens() -> impl Iterator<Item = (&'static str, [Oklch<f64>; 2])> {
    // Only this block, because the rules for more contrast can only raise it.
    let (_, block) = SHEET.split_once("@supports (color: light-dark").unwrap();
    let block = block.split('}').next().unwrap();
    block.lines().filter_map(|line| {
        let (name, value) = line
            .trim()
            .strip_prefix("--")?
            .split_once(": light-dark(")?;
        let mut mixtures = value.split("oklch(").skip(1).map(mixture);
        Some((name, [mixtures.next().unwrap(), mixtures.next().unwrap()]))
    })
}

/// Returns name and value of every colour for engines without `light-dark()`.
fn plain_colours() -> impl Iterator<Item = (&'static str, &'static str)> {
    let block = SHEET.split('}').next().unwrap();
    let pairs = block.lines().filter_map(|line| {
        let pair = line.trim().strip_prefix("--")?.strip_suffix(';')?;
        pair.split_once(": ")
    });
    pairs.filter(|(_, value)| value.starts_with('#'))
}

/// Parses `46% 0.17 264deg)`.
fn mixture(text: &str) -> Oklch<f64> {
    let parts: Vec<f64> = text
        .split([' ', ')'])
        .take(3)
        .map(|part| part.trim_end_matches(['%', 'd', 'e', 'g']).parse().unwrap())
        .collect();
    Oklch::new(parts[0] / 100.0, parts[1], parts[2])
}

fn colour(name: &str, theme: usize) -> Colour {
    let token = tokens().find(|(token, _)| *token == name);
    let (_, mixtures) = token.unwrap_or_else(|| panic!("tokens.css lacks --{name}"));
    Colour::mix(mixtures[theme])
}

#[rstest]
#[case::light(0)]
#[case::dark(1)]
fn what_meets_is_told_apart(#[case] theme: usize) {
    let mut short = Vec::new();
    for (foregrounds, backgrounds, least) in MEETINGS {
        let pairs = foregrounds
            .iter()
            .flat_map(|one| backgrounds.iter().map(move |other| (one, other)));
        for (one, other) in pairs {
            let is = colour(one, theme).contrast(colour(other, theme));
            println!("--{one} on --{other}: {is:.2}:1, at least {least}:1");
            if is < least {
                short.push(format!("--{one} on --{other}: {is:.2}:1, not {least}:1"));
            }
        }
    }
    assert!(short.is_empty(), "{short:#?}");
}

/// P19: for engines without `light-dark()`, each colour is first written in plain digits, with its
/// light value.
#[test]
fn p19_every_colour_stands_in_plain_digits_first() {
    let written: Vec<(&str, Colour)> = plain_colours()
        .map(|(name, value)| (name, value.parse().unwrap()))
        .collect();
    let light: Vec<(&str, Colour)> = tokens()
        .map(|(name, [light, _])| (name, Colour::mix(light)))
        .collect();
    assert_eq!(written, light);
}

/// Each meaning's text and icon appear on its tint.
#[rstest]
fn a_meaning_is_read_on_its_tint(
    #[values("danger", "warning", "ok")] meaning: &str,
    #[values(0, 1)] theme: usize,
) {
    let tint = colour(&format!("{meaning}-soft"), theme);
    assert!(colour(meaning, theme).contrast(tint) >= TEXT);
}

#[test]
fn every_colour_of_the_sheet_has_its_rule() {
    let measured = MEETINGS
        .iter()
        .flat_map(|(one, other, _)| one.iter().chain(*other));
    let known: BTreeSet<&str> = measured.copied().chain(DECORATION).collect();
    let written: BTreeSet<&str> = tokens().map(|(name, _)| name).collect();
    assert_eq!(written, known);
}
