//! The token of a link, as mail programs, chats and word processors leave it.

use crate::typed::{ascii, shows_nothing};

/// Characters of a whole token: 256 bits in base64url, without padding.
const CHARS: usize = 43;

/// The token out of what stands behind the `#` of a link; none where something of it is missing or was changed, which is not the same as a
/// token that works no more. Dropped are what shows nothing, blanks and breaks of lines, marks around it, percent signs of an escaped
/// text, and what marks a broken line in a mail (RFC 2045 §6.7). A dash that a word processor made of two hyphens is two hyphens again.
#[must_use]
pub fn canonical(fragment: &str) -> Option<String> {
    let mut token = String::with_capacity(CHARS);
    let unescaped = unescaped(fragment.trim_start_matches('#'));
    let text = unescaped.trim_matches(|c: char| {
        c.is_whitespace() || shows_nothing(c) || "#.,;:!?'\"<>()[]{}*`|“”‘’«»。、".contains(c)
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

/// Without percent escapes of single ASCII characters, however often they were escaped.
fn unescaped(text: &str) -> String {
    let mut text = text.to_owned();
    for _ in 0..3 {
        let mut parts = text.split('%');
        let mut out = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let code = part
                .get(..2)
                .and_then(|code| u8::from_str_radix(code, 16).ok());
            match (code, part.get(2..)) {
                (Some(code), Some(rest)) if code.is_ascii() => {
                    out.push(char::from(code));
                    out.push_str(rest);
                }
                _ => {
                    out.push('%');
                    out.push_str(part);
                }
            }
        }
        if out == text {
            break;
        }
        text = out;
    }
    text
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
    #[case::bad_escape("AbC%zzdEf_0123456789AbCdEfGhIjKlMnOpQrStUv--x")]
    fn a_token_that_is_not_whole_is_none(#[case] fragment: &str) {
        assert_eq!(canonical(fragment), None);
    }
}
