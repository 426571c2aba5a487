//! How names, keys, codes and files are displayed.

/// First letters of the first and last name, for a decorative picture. The style converts them to
/// capitals, because the browser already has the table for that.
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

/// CSS pixels for each module of a QR code with `plate` modules on each side, margin included: a
/// whole number, so that no edge is blurred, and at least three, which cheap cameras need.
pub fn module_pixels(plate: u32) -> u32 {
    const SIDE: u32 = 260;
    (SIDE / plate.max(1)).max(3)
}

/// A file name: words joined by single dashes. A to Z become lower case and letters of other
/// scripts stay; separators, direction marks and invisible characters are removed.
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
