//! Detects passwords that are long enough but easy to guess (NIST 800-63B-4 §3.1.1.2, ASVS V6.2.4,
//! V6.2.11, V6.2.12): common passwords, patterns, and personal data.

use std::{collections::HashSet, sync::LazyLock};

use zeroize::Zeroizing;

use super::Weakness;

/// The minimum length when each predictable part counts as one character: a run, a sequence, a
/// repetition, a known word.
const UNFORESEEN: usize = 12;
/// The minimum length of a run of one character.
const RUN: usize = 3;
/// The minimum length of a sequence, and of a repetition of earlier text.
const SEQUENCE: usize = 4;
/// The minimum length of a known word, because shorter ones occur in any text.
const WORD: usize = 3;
/// Neighbouring keys of keyboards. The alphabet and the digits are sequences without this list.
const KEYS: [&str; 6] = [
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertzuiop",
    "azertyuiop",
    "1234567890",
];

/// Common passwords in lower case (see `common.LICENSE.txt` for their source).
static COMMON: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("common.txt").lines().collect());

/// Why a password is easy to guess, if it is. `about` is what is known of its owner: the product,
/// the address, names.
pub(super) fn weakness(nfc: &str, about: &[&str]) -> Option<Weakness> {
    let text = Zeroizing::new(nfc.to_lowercase());
    // Characters added at the ends don't make a common password less common.
    let core = text.trim_matches(|c: char| !c.is_alphabetic());
    if COMMON.contains(text.as_str()) || COMMON.contains(core) {
        return Some(Weakness::Common);
    }
    if unforeseen(&text, &[]) < UNFORESEEN {
        return Some(Weakness::Pattern);
    }
    (unforeseen(&text, &words(about)) < UNFORESEEN).then_some(Weakness::Personal)
}

/// The known words, the longest first, so that a word within another does not hide it.
fn words(about: &[&str]) -> Vec<Vec<char>> {
    let lower = about.iter().map(|known| known.to_lowercase());
    let split = lower.flat_map(|known| {
        let parts = known.split(|c: char| !c.is_alphanumeric());
        parts
            .map(|part| part.chars().collect())
            .collect::<Vec<Vec<char>>>()
    });
    let mut words: Vec<Vec<char>> = split.filter(|word| word.len() >= WORD).collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words
}

/// Counts the characters when each predictable part counts as one.
fn unforeseen(text: &str, words: &[Vec<char>]) -> usize {
    let text = Zeroizing::new(text.chars().collect::<Vec<char>>());
    let text = &text[..period(&text)];
    let (mut at, mut count) = (0, 0);
    while at < text.len() {
        let rest = &text[at..];
        let word = words.iter().find(|word| rest.starts_with(word));
        let part = word.map_or(0, Vec::len).max(run(rest)).max(sequence(rest));
        at += part.max(seen_before(text, at)).max(1);
        count += 1;
    }
    count
}

/// The length of the unit that the whole text repeats; the text's length if it repeats nothing.
fn period(text: &[char]) -> usize {
    let repeats = |length: &usize| text.iter().skip(*length).eq(&text[..text.len() - length]);
    (1..=text.len() / 2).find(repeats).unwrap_or(text.len())
}

fn run(rest: &[char]) -> usize {
    let same = rest.iter().take_while(|c| Some(*c) == rest.first()).count();
    if same >= RUN { same } else { 0 }
}

/// The length of a walk through the alphabet, the digits or a row of keys, forwards or backwards.
fn sequence(rest: &[char]) -> usize {
    let walks = KEYS.iter().flat_map(|row| {
        let forwards = move |one: char, next: char| follows(row, one, next);
        [
            walk(rest, forwards),
            walk(rest, |one, next| forwards(next, one)),
        ]
    });
    let code = |one: char, next: char| {
        one.is_alphanumeric() && u32::from(one).checked_add(1) == Some(u32::from(next))
    };
    let codes = [walk(rest, code), walk(rest, |one, next| code(next, one))];
    let longest = walks.chain(codes).max().unwrap_or(0);
    if longest >= SEQUENCE { longest } else { 0 }
}

fn follows(row: &str, one: char, next: char) -> bool {
    row.find(one)
        .is_some_and(|at| row[at + one.len_utf8()..].starts_with(next))
}

fn walk(rest: &[char], goes_on: impl Fn(char, char) -> bool) -> usize {
    1 + rest
        .windows(2)
        .take_while(|pair| goes_on(pair[0], pair[1]))
        .count()
}

/// How many of the next characters repeat earlier text.
fn seen_before(text: &[char], at: usize) -> usize {
    let (before, rest) = text.split_at(at);
    let common = |start: usize| {
        let pairs = before[start..].iter().zip(rest);
        pairs.take_while(|(earlier, now)| earlier == now).count()
    };
    let longest = (0..before.len()).map(common).max().unwrap_or(0);
    if longest >= SEQUENCE { longest } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const ABOUT: [&str; 3] = [
        "Customer Control Panel",
        "ada.lovelace@example.com",
        "Ada Lovelace",
    ];

    #[test]
    fn the_list_holds_what_is_long_enough_to_be_chosen_only() {
        assert!(COMMON.len() > 9_000);
        for password in COMMON.iter() {
            assert!(
                password.chars().count() >= super::super::MIN_CHARS,
                "{password}"
            );
            assert_eq!(*password, password.to_lowercase());
        }
    }

    #[rstest]
    #[case::listed("passwordpassword", Weakness::Common)]
    #[case::capitals("PasswordPassword", Weakness::Common)]
    #[case::added("PasswordPassword1!", Weakness::Common)]
    #[case::keyboard_columns("1qaz2wsx3edc4rfv", Weakness::Common)]
    #[case::one_character("aaaaaaaaaaaaaaaaaaaaaaa", Weakness::Pattern)]
    #[case::blanks("               ", Weakness::Pattern)]
    #[case::repeated("abcabcabcabcabcabc", Weakness::Pattern)]
    #[case::repeated_word("iloveyou iloveyou", Weakness::Pattern)]
    #[case::repeated_and_changed("password1password2", Weakness::Pattern)]
    #[case::digits("98765432109876543", Weakness::Pattern)]
    #[case::alphabet("abcdefghijklmnopqrst", Weakness::Pattern)]
    #[case::rows("qwertyuiop asdfghjkl", Weakness::Pattern)]
    #[case::runs("aaaabbbbccccddddeeee", Weakness::Pattern)]
    #[case::emoji("😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀", Weakness::Pattern)]
    #[case::product("Customer-Control-Panel-1", Weakness::Personal)]
    #[case::address("ada.lovelace@example.com", Weakness::Personal)]
    #[case::address_added("Lovelace@Example2026", Weakness::Personal)]
    fn what_is_guessed_early_is_refused(#[case] password: &str, #[case] why: Weakness) {
        assert_eq!(weakness(password, &ABOUT), Some(why));
    }

    #[rstest]
    fn other_passwords_are_nobodys_business(
        #[values(
            "correct horse battery staple",
            "seven quiet rivers at dawn",
            "fifteen chars !",
            "kx7TqpV2mWz9Rb4",
            "839105746283915",
            "ada likes her analytical engine",
            "七つの静かな川が夜明けに流れる山の中",
            "🐙 🦑 🦀 🐠 🐳 🐬 🐟 🦈 🐊"
        )]
        password: &str,
    ) {
        assert_eq!(weakness(password, &ABOUT), None);
    }

    #[test]
    fn what_is_known_of_somebody_else_does_not_count() {
        assert_eq!(
            weakness("Customer-Control-Panel-1", &["Acme", "eve@other.test"]),
            None
        );
    }

    #[test]
    fn the_longest_password_is_judged_too() {
        let long: String = ('\u{4e00}'..).step_by(3).take(256).collect();
        assert_eq!(weakness(&long, &ABOUT), None);
        assert_eq!(weakness(&"ab".repeat(128), &ABOUT), Some(Weakness::Pattern));
    }
}
