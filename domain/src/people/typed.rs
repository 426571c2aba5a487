//! What keyboards, clipboards and mail programs add to a text: invisible characters, and digits and
//! letters of other widths and scripts.

/// Whether the character is invisible: direction marks, joiners, fillers and break controls
/// (Unicode `Default_Ignorable_Code_Point`), the empty braille cell, and noncharacters.
#[must_use]
pub fn shows_nothing(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{fdd0}'..='\u{fdef}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{13430}'..='\u{13440}' | '\u{16fe4}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d159}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
        || u32::from(c) & 0xfffe == 0xfffe
}

/// A character as a refusal names it: its code point, and its name if users may know it.
#[must_use]
pub fn sign(c: char) -> String {
    let name = match c {
        '\u{ad}' => "soft hyphen",
        '\u{61c}' | '\u{200e}' | '\u{200f}' => "direction mark",
        '\u{200b}' => "zero-width space",
        '\u{200c}' => "zero-width non-joiner",
        '\u{200d}' => "zero-width joiner",
        '\u{202a}' | '\u{202b}' | '\u{202d}' | '\u{202e}' => "direction override",
        '\u{202c}' | '\u{2066}'..='\u{2069}' => "direction isolate",
        '\u{2028}' | '\u{2029}' => "line separator",
        '\u{2060}' => "word joiner",
        '\u{feff}' => "byte order mark",
        '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' => "Hangul filler",
        '\u{2800}' => "empty braille cell",
        c if c.is_control() => "control character",
        c if c.is_whitespace() => "blank",
        c if shows_nothing(c) => "invisible sign",
        c => return format!("{c}"),
    };
    format!("U+{:04X} ({name})", u32::from(c))
}

/// What people, keyboards and clipboards put between the characters of a code: whitespace, dashes,
/// dots, and invisible characters.
#[must_use]
pub fn is_separator(c: char) -> bool {
    c.is_whitespace()
        || shows_nothing(c)
        || matches!(
            c,
            '-' | '.' | '_' | '\u{b7}' | '\u{2010}'
                ..='\u{2015}'
                    | '\u{2022}'
                    | '\u{2027}'
                    | '\u{2043}'
                    | '\u{2212}'
                    | '\u{30fb}'
                    | '\u{fe58}'
                    | '\u{fe63}'
                    | '\u{ff0d}'
                    | '\u{ff0e}'
        )
}

/// The zeros of the scripts that keyboards support (Unicode `Nd`). Each zero is followed by its
/// digits 1 to 9.
const ZEROS: [char; 20] = [
    '\u{660}', '\u{6f0}', '\u{7c0}', '\u{966}', '\u{9e6}', '\u{a66}', '\u{ae6}', '\u{b66}',
    '\u{be6}', '\u{c66}', '\u{ce6}', '\u{d66}', '\u{e50}', '\u{ed0}', '\u{f20}', '\u{1040}',
    '\u{17e0}', '\u{1810}', '\u{a9d0}', '\u{ff10}',
];

/// The ASCII letter or digit that a character stands for, whatever its width or script.
#[must_use]
pub fn ascii(c: char) -> Option<char> {
    if c.is_ascii_alphanumeric() {
        return Some(c);
    }
    let number = u32::from(c);
    // The full-width forms of `!` to `~` have the same order as in ASCII.
    let narrow = number
        .checked_sub(0xfee0)
        .and_then(char::from_u32)
        .filter(char::is_ascii_alphanumeric);
    let digit = || {
        ZEROS
            .iter()
            .find_map(|zero| number.checked_sub(u32::from(*zero)).filter(|by| *by < 10))
            .and_then(|digit| char::from_digit(digit, 10))
    };
    narrow.or_else(digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_every_script_are_digits() {
        for zero in ZEROS {
            let nine = char::from_u32(u32::from(zero) + 9).unwrap();
            assert_eq!((ascii(zero), ascii(nine)), (Some('0'), Some('9')));
            // Both belong to one block of ten; the characters before and after it are not digits.
            assert!(zero.is_numeric() && nine.is_numeric());
        }
        assert_eq!(ascii('\u{ff21}'), Some('A'));
        assert_eq!(ascii('\u{ff5a}'), Some('z'));
        for c in ['\u{ff0d}', 'é', '\u{430}', '\u{1d7d8}', ' '] {
            assert_eq!(ascii(c), None, "{c}");
        }
    }

    #[test]
    fn a_sign_is_named_by_its_number_unless_it_shows() {
        assert_eq!(sign('\u{202e}'), "U+202E (direction override)");
        assert_eq!(sign('\n'), "U+000A (control character)");
        assert_eq!(sign('\u{3164}'), "U+3164 (Hangul filler)");
        assert_eq!(sign('\u{e0041}'), "U+E0041 (invisible sign)");
        assert_eq!(sign(';'), ";");
    }

    #[test]
    fn nothing_is_both_a_separator_and_a_character() {
        for c in ('\0'..=char::MAX).filter(|c| is_separator(*c)) {
            assert_eq!(ascii(c), None, "{c:?}");
        }
    }
}
