//! Tells texts that look like a hash or a key, as they come into other fields where the columns of
//! a file are shifted. Such a text is refused and never repeated.

/// The shortest text that may be a key or a digest.
const MIN_TOKEN: usize = 16;

/// Whether a text looks like a hash, a key or an otpauth URI: by its beginning, or because a word
/// of it is long and mixes letters and digits as no name does.
#[must_use]
pub fn looks_like_secret(text: &str) -> bool {
    let mut words = text.split_whitespace();
    has_mark(text) || words.any(|word| word.split([':', '$', '|', '.']).any(is_token))
}

/// Whether a text is marked as a hash or an otpauth URI: `$…$`, `otpauth:`, `pbkdf2_…`, `{SSHA}`.
pub(super) fn has_mark(text: &str) -> bool {
    const BEGINNINGS: [&str; 8] = [
        "pbkdf2_", "pbkdf2-", "{sha", "{ssha", "{md5}", "{smd5}", "{crypt}", "{bcrypt}",
    ];
    let text = text.trim().to_ascii_lowercase();
    let mut words = text.split_whitespace();
    text.contains("otpauth:")
        || text.contains("otpauth-migration:")
        || BEGINNINGS.iter().any(|begin| text.starts_with(begin))
        || words.any(|word| word.len() >= 8 && word.matches('$').count() >= 2)
}

/// Hexadecimal digits, base32 or base64.
fn is_token(word: &str) -> bool {
    let of_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=_-".contains(&byte);
    if word.len() < MIN_TOKEN || !word.bytes().all(of_base64) {
        return false;
    }
    let has_digit = word.bytes().any(|byte| byte.is_ascii_digit());
    let has_letter = word.bytes().any(|byte| byte.is_ascii_alphabetic());
    if has_digit && has_letter && word.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return true;
    }
    // A word may end with a number, but has none within.
    let within = word.trim_end_matches(|c: char| c.is_ascii_digit() || c == '=');
    let is_base32 = is_base32(word) && within.bytes().any(|byte| byte.is_ascii_digit());
    let bytes = word.as_bytes();
    let pairs = bytes.iter().zip(bytes.iter().skip(1));
    let changes = pairs
        .filter(|(one, next)| class(**one) != class(**next))
        .count();
    is_base32 || changes * 5 > word.len() * 2
}

/// Letters of one case, and the digits from 2 to 7.
fn is_base32(word: &str) -> bool {
    let of = |is_letter: fn(&u8) -> bool| {
        let mut bytes = word.bytes();
        bytes.all(|byte| is_letter(&byte) || matches!(byte, b'2'..=b'7' | b'='))
    };
    of(u8::is_ascii_uppercase) || of(u8::is_ascii_lowercase)
}

/// The kind of a character: random texts change it often, words seldom.
const fn class(byte: u8) -> u8 {
    match byte {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const VECTORS: &str = include_str!("../secrets/imported_hash/vectors.txt");

    #[test]
    fn every_hash_of_the_vectors_looks_like_one() {
        for (program, hash) in VECTORS.lines().filter_map(|line| line.split_once('\t')) {
            assert!(looks_like_secret(hash), "{program}");
        }
    }

    #[rstest]
    #[case::uri("otpauth://totp/Old:ada?secret=GEZDGNBVGY3TQOJQ")]
    #[case::upper("OTPAUTH://totp/x?secret=x")]
    #[case::migration("otpauth-migration://offline?data=x")]
    #[case::base32("GEZDGNBVGY3TQOJQ")]
    #[case::lower("gezdgnbvgy3tqojq")]
    #[case::hex("d2b949d1f07ccb69b0c50bc2a96cb3c8")]
    #[case::base64("UItSBH6Nh3pJcjA08WeSW9rJUN+4zS79bhVkjkmk15w=")]
    #[case::base64_url("skAZsME_gZOV5PRc4ZBR8jEoWuUnGdhA-FW6Ug4uApY")]
    #[case::salt_and_key("d2b949d1f07ccb69b0c50bc2a96cb3c8:c41328fe4cac92b92260ebb987c6df28")]
    #[case::ldap("{SSHA}qcTjv36xPyGMgcLq+QhiU/DuOnU7R2gN")]
    #[case::crypt("$6$salt$digest")]
    #[case::django("pbkdf2_sha256$1000$salt$x")]
    #[case::cut("pbkdf2_sha256$10")]
    #[case::blanks(" $2b$04$x ")]
    fn a_secret_looks_like_one(#[case] text: &str) {
        assert!(looks_like_secret(text));
    }

    #[rstest]
    #[case("")]
    #[case("Ada Owner")]
    #[case("A$AP Rocky")]
    #[case("$$$ for you, Inc. $")]
    #[case("Donaudampfschifffahrtsgesellschaft")]
    #[case("DONAUDAMPFSCHIFFAHRTSGESELLSCHAFT")]
    #[case("MaximilianMustermannVonUndZu")]
    #[case("maximilian.mustermann84")]
    #[case("maximilianmustermann23")]
    #[case("maximilian_mustermann@example")]
    #[case("Customer-4711-Berlin-Mitte-07")]
    #[case("1234567890123456")]
    #[case("Authenticator application 2")]
    #[case("葛城ミサト葛城ミサト葛城ミサト葛城ミサト")]
    fn a_name_does_not_look_like_a_secret(#[case] text: &str) {
        assert!(!looks_like_secret(text));
    }
}
