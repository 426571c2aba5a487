//! The logic of widgets that needs no browser.

/// The marks around a name within a sentence: FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE.
const NAME: [char; 2] = ['\u{2068}', '\u{2069}'];

/// A part of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'a> {
    /// The product's own words, which a translator may change.
    Words(&'a str),
    /// A name, an address or a reference, which must not change.
    Name(&'a str),
}

/// Marks a name within a sentence, so that [`parts`] finds it.
pub fn named(name: &str) -> String {
    let [open, close] = NAME;
    format!("{open}{}{close}", plain(name))
}

/// Removes the marks around names from a sentence, for titles and labels.
pub fn plain(words: &str) -> String {
    words.replace(NAME, "")
}

/// Splits a sentence at its names.
pub fn parts(words: &str) -> impl Iterator<Item = Part<'_>> {
    let [open, close] = NAME;
    let mut pieces = words.split(open);
    let first = Part::Words(pieces.next().unwrap_or_default());
    let rest = pieces.flat_map(move |piece| {
        let (name, after) = piece.split_once(close).unwrap_or((piece, ""));
        [Part::Name(name), Part::Words(after)]
    });
    std::iter::once(first)
        .chain(rest)
        .filter(|part| *part != Part::Words(""))
}

/// Unit and signed count for `Intl.RelativeTimeFormat`; negative means the past.
///
/// Anything under a minute counts as "now", because the display updates once a minute and seconds would stand still.
pub fn relative_unit(milliseconds: i64) -> (i64, &'static str) {
    const MINUTE: i64 = 60_000;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    match milliseconds.abs() {
        past if past < MINUTE => (0, "second"),
        past if past < HOUR => (milliseconds / MINUTE, "minute"),
        past if past < DAY => (milliseconds / HOUR, "hour"),
        past if past < 30 * DAY => (milliseconds / DAY, "day"),
        past if past < 365 * DAY => (milliseconds / (30 * DAY), "month"),
        _ => (milliseconds / (365 * DAY), "year"),
    }
}

/// English words for a browser without `Intl.RelativeTimeFormat`: `3 minutes ago`.
pub fn relative_words(count: i64, unit: &str) -> String {
    match count.unsigned_abs() {
        0 => "now".to_owned(),
        1 => format!("1 {unit} ago"),
        count => format!("{count} {unit}s ago"),
    }
}

/// A duration to display: `3:05`.
pub fn clock_face(seconds: u32) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// A duration to announce: `3 minutes 5 seconds`.
pub fn duration_words(seconds: u32) -> String {
    let part = |count: u32, unit: &str| match count {
        0 => None,
        1 => Some(format!("1 {unit}")),
        _ => Some(format!("{count} {unit}s")),
    };
    let parts = [part(seconds / 60, "minute"), part(seconds % 60, "second")];
    let words = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    if words.is_empty() {
        "0 seconds".to_owned()
    } else {
        words
    }
}

/// Whether a countdown is announced at this moment. Announcing every second would drown out everything else.
pub fn is_spoken(seconds_left: u32) -> bool {
    seconds_left.is_multiple_of(if seconds_left > 60 { 60 } else { 15 })
}

/// Index that a key moves to in a menu of `count` items; `None` leaves the key to the browser.
pub fn menu_target(key: &str, current: Option<usize>, count: usize) -> Option<usize> {
    let last = count.checked_sub(1)?;
    match key {
        "ArrowDown" => Some(current.map_or(0, |index| if index >= last { 0 } else { index + 1 })),
        "ArrowUp" => Some(current.map_or(last, |index| if index == 0 { last } else { index - 1 })),
        "Home" => Some(0),
        "End" => Some(last),
        _ => None,
    }
}

/// First letters of the first and last name, for a decorative picture. The style converts them to capitals, because the browser already
/// has the table for that.
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace();
    let first = words.next().and_then(|word| word.chars().next());
    let last = words.next_back().and_then(|word| word.chars().next());
    first.into_iter().chain(last).collect()
}

/// Groups of four characters, which users can remember while they type a key on another device.
pub fn groups_of_four(key: &str) -> Vec<String> {
    let characters: Vec<char> = key
        .chars()
        .filter(|character| !character.is_whitespace())
        .collect();
    characters
        .chunks(4)
        .map(|group| group.iter().collect())
        .collect()
}

/// The light margin that scanners need around a QR code (ISO/IEC 18004), in modules.
pub const QUIET_ZONE: u32 = 4;

/// CSS pixels for each module of a QR code with `plate` modules on each side, margin included: a whole number, so that no edge is blurred,
/// and at least three, which cheap cameras need.
pub fn module_pixels(plate: u32) -> u32 {
    const SIDE: u32 = 260;
    (SIDE / plate.max(1)).max(3)
}

/// A file name: words joined by single dashes. A to Z become lower case and letters of other scripts stay; separators, direction marks and
/// invisible characters are removed.
pub fn slug(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let is_kept = |character: char| match character {
        '\0'..='\x7f' => character.is_ascii_alphanumeric(),
        '\u{80}'..='\u{9f}'
        | '\u{ad}'
        | '\u{61c}'
        | '\u{2000}'..='\u{2bff}'
        | '\u{3000}'..='\u{303f}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{ff00}'..='\u{ff0f}' => false,
        other => !other.is_whitespace(),
    };
    let words: Vec<&str> = lower
        .split(|character: char| !is_kept(character))
        .filter(|word| !word.is_empty())
        .collect();
    words.join("-")
}

/// A number with its digits in groups of three: `10,000`.
pub fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let groups: Vec<&[u8]> = digits.as_bytes().rchunks(3).rev().collect();
    let groups = groups.into_iter().map(String::from_utf8_lossy);
    groups.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    #[test]
    fn p1_names_are_told_from_the_words_around_them() {
        let said = format!("Ask {} or {}.", named("Ada"), named("علی"));
        let found: Vec<Part> = parts(&said).collect();
        assert_eq!(
            found,
            [
                Part::Words("Ask "),
                Part::Name("Ada"),
                Part::Words(" or "),
                Part::Name("علی"),
                Part::Words("."),
            ]
        );
        assert_eq!(plain(&said), "Ask Ada or علی.");
        assert_eq!(parts("Words").collect::<Vec<_>>(), [Part::Words("Words")]);
        assert_eq!(parts("").count(), 0);
    }

    #[test]
    fn p1_a_mark_within_a_name_does_not_end_it() {
        let said = named("a\u{2069}b\u{2068}c");
        assert_eq!(parts(&said).collect::<Vec<_>>(), [Part::Name("abc")]);
    }

    #[test]
    fn relative_time_takes_the_largest_whole_unit() {
        for (milliseconds, expected) in [
            (0, (0, "second")),
            (-59_999, (0, "second")),
            (-MINUTE, (-1, "minute")),
            (-59 * MINUTE, (-59, "minute")),
            (-60 * MINUTE, (-1, "hour")),
            (-24 * 60 * MINUTE, (-1, "day")),
            (-29 * 24 * 60 * MINUTE, (-29, "day")),
            (-45 * 24 * 60 * MINUTE, (-1, "month")),
            (-364 * 24 * 60 * MINUTE, (-12, "month")),
            (-365 * 24 * 60 * MINUTE, (-1, "year")),
            (5 * MINUTE, (5, "minute")),
        ] {
            assert_eq!(relative_unit(milliseconds), expected, "{milliseconds} ms");
        }
    }

    #[test]
    fn countdown_reads_well() {
        assert_eq!(clock_face(5), "0:05");
        assert_eq!(clock_face(905), "15:05");
        assert_eq!(duration_words(0), "0 seconds");
        assert_eq!(duration_words(1), "1 second");
        assert_eq!(duration_words(60), "1 minute");
        assert_eq!(duration_words(125), "2 minutes 5 seconds");
    }

    #[test]
    fn countdown_speaks_rarely() {
        let spoken: Vec<u32> = (0..=180).rev().filter(|&left| is_spoken(left)).collect();
        assert_eq!(spoken, [180, 120, 60, 45, 30, 15, 0]);
    }

    #[test]
    fn menu_keys_wrap_around() {
        assert_eq!(menu_target("ArrowDown", None, 3), Some(0));
        assert_eq!(menu_target("ArrowDown", Some(2), 3), Some(0));
        assert_eq!(menu_target("ArrowUp", Some(0), 3), Some(2));
        assert_eq!(menu_target("ArrowUp", None, 3), Some(2));
        assert_eq!(menu_target("End", Some(0), 3), Some(2));
        assert_eq!(menu_target("Home", Some(2), 3), Some(0));
        assert_eq!(menu_target("a", Some(2), 3), None);
        assert_eq!(menu_target("ArrowDown", None, 0), None);
    }

    #[test]
    fn initials_take_first_and_last_name() {
        assert_eq!(initials("Ada Owner"), "AO");
        assert_eq!(initials("  ada   van  owner "), "ao");
        assert_eq!(initials("Ada"), "A");
        assert_eq!(initials(""), "");
    }

    #[test]
    fn keys_are_grouped_and_keep_their_rest() {
        assert_eq!(groups_of_four("ABCD EFGHIJ"), ["ABCD", "EFGH", "IJ"]);
        assert!(groups_of_four("").is_empty());
    }

    #[test]
    fn a_file_name_has_words_and_dashes_only() {
        assert_eq!(slug("  Müller & Söhne, GmbH. "), "müller-söhne-gmbh");
        assert_eq!(slug("../etc"), "etc");
        assert_eq!(slug("a／b∕c\u{202e}d\u{ad}e — 東京"), "a-b-c-d-e-東京");
    }

    #[test]
    fn p7_modules_are_whole_pixels_and_large_enough() {
        // Versions 1, 6, 8 and 14, with the margin.
        for (plate, pixels) in [(29, 8), (49, 5), (57, 4), (81, 3)] {
            assert_eq!(module_pixels(plate), pixels, "{plate}");
        }
    }

    #[test]
    fn long_numbers_are_grouped() {
        for (number, expected) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(grouped(number), expected);
        }
    }
}
