//! Search keys: one form for all letters that people consider the same. Names are searched and
//! sorted by it, and account names are unique by it. The key has its own column, so that both
//! database engines compare bytes and agree.
//!
//! The key folds case fully (ß is ss; İ, I, ı and i are one letter, so are Σ, σ and ς), unifies
//! widths and ligatures (NFKD, Unicode annex 15), and drops diacritics and invisible characters.
//! Marks that form another syllable stay: those of kana, and of Indic scripts.

use unicode_normalization::{UnicodeNormalization, char::canonical_combining_class};

use crate::people::typed::{ascii, shows_nothing};

/// The search key of a text; empty if the text has no visible character.
#[must_use]
pub fn of(text: &str) -> String {
    let letters = text
        .nfkd()
        .filter(|c| !shows_nothing(*c) && !is_dropped(*c));
    let mut folded = String::with_capacity(text.len());
    for c in letters.flat_map(char::to_lowercase) {
        push_folded(&mut folded, c);
    }
    let words: Vec<&str> = folded.split_whitespace().collect();
    words.join(" ").nfc().collect()
}

/// Whether the character is a mark above, below or through a letter, a vowel point of Hebrew or
/// Arabic (canonical combining class, Unicode table 4-3), or the Arabic tatweel.
fn is_dropped(c: char) -> bool {
    c == '\u{640}' || matches!(canonical_combining_class(c), 1 | 10..=36 | 200..)
}

/// Folds letters that have no decomposition, as people search for them.
fn push_folded(out: &mut String, c: char) {
    match c {
        'ß' => out.push_str("ss"),
        'æ' => out.push_str("ae"),
        'œ' => out.push_str("oe"),
        'þ' => out.push_str("th"),
        'ı' => out.push('i'),
        'ł' => out.push('l'),
        'ø' => out.push('o'),
        'đ' | 'ð' => out.push('d'),
        'ħ' => out.push('h'),
        'ŧ' => out.push('t'),
        'ς' => out.push('σ'),
        // Keyboards of Arabic, Persian and Urdu use several characters for one letter.
        '\u{649}' | '\u{6cc}' => out.push('\u{64a}'),
        '\u{6a9}' => out.push('\u{643}'),
        '\u{629}' | '\u{6be}' | '\u{6c1}' => out.push('\u{647}'),
        '\u{2018}' | '\u{2019}' | '\u{2bc}' | '\u{b4}' | '`' => out.push('\''),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => out.push('-'),
        c => out.push(ascii(c).unwrap_or(c)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    /// S8 and S16: each spelling has the same key.
    #[rstest]
    #[case("ibrahim isik", &["İbrahim Işık", "IBRAHIM IŞIK", "ibrahim ışık", "İBRAHİM IŞIK", "i\u{307}brahim isik"])]
    #[case("οδυσσεασ", &["Οδυσσέας", "ΟΔΥΣΣΕΑΣ", "οδυσσεας", "ὀδυσσέας"])]
    #[case("strasse", &["Straße", "STRASSE", "STRAẞE"])]
    #[case("zofia muller", &["Žofia Müller", "Z\u{30c}ofia Mu\u{308}ller", "  ZOFIA\u{a0}\u{3000}MÜLLER "])]
    #[case("lukasz soren d", &["Łukasz Søren Đ"])]
    #[case("o'brien-smith", &["O’Brien‐Smith", "OʼBRIEN–SMITH"])]
    #[case("علي رضا", &["علی رضا", "عَلِيّ رضا", "علـی رضا"])]
    #[case("عليرضا", &["علی\u{200c}رضا", "علیرضا"])]
    #[case("田中 abc 123", &["田中\u{3000}ＡＢＣ １２３", "田中 abc ۱۲۳"])]
    #[case("タナカ", &["ﾀﾅｶ"])]
    #[case("nguyen van duc", &["Nguyễn Văn Đức"])]
    #[case("", &["\u{3164}", "\u{200d} "])]
    fn s8_s16_every_spelling_has_one_key(#[case] key: &str, #[case] typed: &[&str]) {
        for typed in typed {
            assert_eq!(of(typed), key, "{typed}");
        }
    }

    /// A mark that forms another syllable counts as a letter.
    #[rstest]
    #[case("か", "が")]
    #[case("कि", "क")]
    #[case("김", "기")]
    #[case("ad", "ada")]
    fn other_words_have_other_keys(#[case] one: &str, #[case] other: &str) {
        assert_ne!(of(one), of(other));
    }

    proptest! {
        /// The key of a key is the key itself, so a stored key can be compared with a typed one.
        #[test]
        fn a_key_is_its_own_key(text in any::<String>()) {
            let key = of(&text);
            prop_assert_eq!(of(&key), key);
        }
    }
}
