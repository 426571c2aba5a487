//! Reads the token of a link that mail programs, chats and word processors have changed.

use crate::people::typed::{ascii, shows_nothing};

/// Characters of a complete token: 256 bits in base64url, without padding.
const CHARS: usize = 43;

/// Characters that programs and people put around or after a link.
const AROUND: &str =
    "#.,;:!?'\"<>()[]{}*`|/\\&~^$+%“”„‘’‚«»‹›…·。、，．；：！？（）【】「」『』《》〉〈";

/// Extracts the token from the text after the `#` of a link. Returns `None` if part of the token is
/// missing or was changed, which differs from a token that is no longer valid. Drops invisible
/// characters, whitespace, line breaks, punctuation around the token, percent escapes, and the
/// escapes and soft line breaks of mails (quoted-printable, RFC 2045 §6.7). A dash that a word
/// processor made from two hyphens becomes two hyphens again.
///
/// Browsers escape non-ASCII characters in a fragment: a zero-width space arrives as `%E2%80%8B`.
#[must_use]
pub fn canonical(fragment: &str) -> Option<String> {
    let plain = unescaped(fragment, '%');
    // An equals sign marks a soft line break or starts an escape. Both readings are tried; only one
    // of them has the right length.
    token(&plain).or_else(|| token(&unescaped(&unescaped(&plain, '='), '%')))
}

fn token(unescaped: &str) -> Option<String> {
    let mut token = String::with_capacity(CHARS);
    let text = unescaped.trim_matches(|c: char| {
        c.is_whitespace()
            || shows_nothing(c)
            || AROUND.contains(c)
            || c == char::REPLACEMENT_CHARACTER
    });
    for c in text.chars() {
        match c {
            '-' | '_' => token.push(c),
            '\u{2013}' | '\u{2014}' => token.push_str("--"),
            '\u{2010}' | '\u{2011}' | '\u{ff0d}' => token.push('-'),
            '\u{ff3f}' => token.push('_'),
            '=' => {}
            c if c.is_whitespace() || shows_nothing(c) => {}
            c => token.push(ascii(c)?),
        }
    }
    (token.len() == CHARS).then_some(token)
}

/// Decodes the escapes that `sign` starts, each of one byte in two hexadecimal digits of either
/// case, up to three times.
/// An equals sign at the end of a line joins the line with the next one.
fn unescaped(text: &str, sign: char) -> String {
    let mut text = text.to_owned();
    for _ in 0..3 {
        let mut parts = text.split(sign);
        let mut out = parts.next().unwrap_or_default().to_owned();
        // Consecutive bytes may form one character.
        let mut bytes = Vec::new();
        for part in parts {
            let code = part
                .get(..2)
                .filter(|code| code.bytes().all(|digit| digit.is_ascii_hexdigit()))
                .and_then(|code| u8::from_str_radix(code, 16).ok());
            let (Some(code), Some(rest)) = (code, part.get(2..)) else {
                out.push_str(&characters(&std::mem::take(&mut bytes)));
                let next = part.trim_start_matches(['\r', '\n']);
                if sign != '=' || next.len() == part.len() {
                    out.push(sign);
                }
                out.push_str(next);
                continue;
            };
            bytes.push(code);
            if !rest.is_empty() {
                out.push_str(&characters(&std::mem::take(&mut bytes)));
                out.push_str(rest);
            }
        }
        out.push_str(&characters(&bytes));
        if out == text {
            break;
        }
        text = out;
    }
    text
}

/// Decodes bytes as UTF-8, else as Latin-1, which old programs use for escapes: there, a soft
/// hyphen is `%AD`.
fn characters(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes).map_or_else(
        |_| bytes.iter().copied().map(char::from).collect(),
        ToOwned::to_owned,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const WHOLE: &str = "AbC-dEf_0123456789AbCdEfGhIjKlMnOpQrStUv--x";

    #[rstest]
    #[case::whole(WHOLE.to_owned())]
    #[case::hash(format!("#{WHOLE}"))]
    #[case::sentence(format!("{WHOLE}."))]
    #[case::brackets(format!("<{WHOLE}>),"))]
    #[case::quotes(format!("“{WHOLE}”"))]
    #[case::marks(format!("\u{200e}{WHOLE}\u{2069}\u{feff}"))]
    #[case::soft_hyphen(WHOLE.replace("456", "4\u{ad}5\u{200b}6"))]
    #[case::line_break(WHOLE.replace("456", "4=\r\n56"))]
    #[case::folded(WHOLE.replace("456", "4 \n 56"))]
    #[case::dash(WHOLE.replace("--", "\u{2013}"))]
    #[case::escaped(WHOLE.replace('-', "%2D").replace('_', "%5f"))]
    #[case::escaped_twice(WHOLE.replace('-', "%252D"))]
    #[case::escaped_hash(format!("%23{WHOLE}%20"))]
    #[case::wide(WHOLE.replace('A', "\u{ff21}"))]
    #[case::no_break_space(format!("{WHOLE}%C2%A0"))]
    #[case::lower_case_codes(format!("{WHOLE}%c2%a0%e2%80%8b"))]
    #[case::zero_width_space(WHOLE.replace("456", "4%E2%80%8B56"))]
    #[case::soft_hyphen_escaped(WHOLE.replace("456", "45%C2%AD6"))]
    #[case::latin_1(WHOLE.replace("456", "45%AD6") + "%A0")]
    #[case::full_stop_behind_a_code(format!("{WHOLE}%20."))]
    #[case::greater_than(format!("{WHOLE}%3E"))]
    #[case::bracket_and_stop(format!("%3C{WHOLE}%3E%29."))]
    #[case::quotation_marks(format!("%E2%80%9C{WHOLE}%E2%80%9D"))]
    #[case::ideographic_stop(format!("{WHOLE}%E3%80%82"))]
    #[case::escaped_twice_beyond_ascii(format!("{WHOLE}%25C2%25A0"))]
    #[case::dash_escaped(WHOLE.replace("--", "%E2%80%93"))]
    #[case::wide_escaped(WHOLE.replace('A', "%EF%BC%A1"))]
    #[case::line_break_escaped(WHOLE.replace("456", "4%0D%0A56"))]
    #[case::quoted_line_escaped(WHOLE.replace("456", "4=%0D%0A56"))]
    #[case::quoted_equals(format!("{WHOLE}=3D"))]
    #[case::quoted_hyphen(WHOLE.replace('-', "=2D").replace('_', "=5F"))]
    #[case::quoted_and_broken(WHOLE.replace('_', "=5F").replace("456", "4=\r\n56"))]
    #[case::quoted_zero_width(WHOLE.replace("456", "45=E2=80=8B6"))]
    #[case::quoted_blank(format!("{WHOLE}=20"))]
    #[case::lone_percent(format!("{WHOLE}%"))]
    #[case::ellipsis(format!("{WHOLE}%E2%80%A6"))]
    #[case::byte_order_mark(format!("%EF%BB%BF{WHOLE}"))]
    fn what_a_program_put_around_a_token_is_dropped(#[case] fragment: String) {
        assert_eq!(canonical(&fragment).as_deref(), Some(WHOLE), "{fragment}");
    }

    #[rstest]
    #[case::empty("")]
    #[case::cut(&WHOLE[..40])]
    #[case::doubled(
        "AbC-dEf_0123456789AbCdEfGhIjKlMnOpQrStUv--xAbC-dEf_0123456789AbCdEfGhIjKlMnOpQrStUv--x"
    )]
    #[case::other_letters("АbC-dEf_0123456789AbCdEfGhIjKlMnOpQrStUv--x")]
    #[case::other_letters_escaped("%D0%90bC-dEf_0123456789AbCdEfGhIjKlMnOpQrStUv--x")]
    #[case::a_signed_number("AbC-dEf_%+5123456789AbCdEfGhIjKlMnOpQrStUv--x")]
    #[case::bad_escape("AbC%zzdEf_0123456789AbCdEfGhIjKlMnOpQrStUv--x")]
    fn a_token_that_is_not_whole_is_none(#[case] fragment: &str) {
        assert_eq!(canonical(fragment), None);
    }
}
