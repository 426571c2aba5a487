//! What users read stands in `app/src/words`: the pages and widgets have no sentence of their own.

use std::fs;

use super::{root, sources_below};

/// The sources that must not contain a sentence.
const CHECKED: [&str; 3] = ["app/src/features", "app/src/shell", "app/src/ui"];

#[test]
fn sentences_stand_in_words() {
    let mut files = vec!["app/src/app.rs".to_owned()];
    for folder in CHECKED {
        files.extend(sources_below(folder, &["rs"]));
    }
    assert!(files.len() > 80, "{}", files.len());
    let mut found = Vec::new();
    for file in files {
        let source = fs::read_to_string(root().join(&file)).unwrap();
        for sentence in sentences(&source) {
            found.push(format!("{file}: {sentence}"));
        }
    }
    assert_eq!(found, Vec::<String>::new(), "move them to app/src/words");
}

/// Plants lines that the check must find, and lines that it must leave alone.
#[test]
fn a_sentence_is_told_from_classes_markup_and_comments() {
    for (line, expected) in [
        (r#"view! { <p>"Sign in"</p> }"#, "Sign in"),
        (r#"<Button label="Add MFA" />"#, "Add MFA"),
        (r#"<p class="lead">"Not found"</p>"#, "Not found"),
        (
            r#"format!("Step {current} of {count}")"#,
            "Step {current} of {count}",
        ),
        (r#"format!("{} members", 3)"#, "{} members"),
        (
            r#"let said = '"'; let b = "for 10 minutes";"#,
            "for 10 minutes",
        ),
        ("\"You stay \\\n    signed in\"", "You stay signed in"),
        (r#"Self::Ok => "a badge","#, "a badge"),
        ("r#\"it is \"raw\"\"#", r#"it is "raw""#),
        (r#"fn act<'a>(it: &'a str) { say("so be it") }"#, "so be it"),
    ] {
        assert_eq!(sentences(line), [expected], "{line}");
    }
    for line in [
        r#"<div class="card stack">"#,
        r#"Self::Ok => "badge badge--ok","#,
        r#"(true, true) => "status status--shown status--warning","#,
        r#"// "a comment""#,
        r#"/// Says "so be it"."#,
        r#"/* "a comment" */"#,
        r#"#[allow(clippy::cast, reason = "it fits [in] anyway")]"#,
        r#"<path d="M20 6 9 17l-5-5" />"#,
        r#"closest("a[href^='/']:not([target], [download])")"#,
        r#""data:image/svg+xml,%3Csvg xmlns='x' d='M0 0h1'/%3E""#,
        r#"format!("{error_id} {hint_id}")"#,
        r#"label="Email""#,
        "#[cfg(test)]\nmod tests { const A: &str = \"a test\"; }",
    ] {
        assert_eq!(sentences(line), Vec::<String>::new(), "{line}");
    }
}

/// Returns the string literals of a source that are sentences, without its tests.
fn sentences(source: &str) -> Vec<String> {
    let code = source.split("#[cfg(test)]\nmod ").next().unwrap();
    let mut found = Vec::new();
    for (before, literal) in literals(code) {
        let text = joined(literal);
        let is_class = before.ends_with("class=") || is_block(&text);
        if is_sentence(&text) && !is_class && !text.starts_with("data:") {
            found.push(text);
        }
    }
    found
}

/// Returns each string literal with the code before it, without those of comments and attributes.
fn literals(code: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < code.len() {
        let rest = &code[at..];
        if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
        } else if rest.starts_with("/*") {
            at += rest.find("*/").map_or(rest.len(), |end| end + 2);
        } else if rest.starts_with("#[") || rest.starts_with("#![") {
            at += attribute(rest);
        } else if let Some((open, close)) = quotes(rest) {
            let text = &rest[open..];
            let length = if close == "\"" {
                unescaped(text, '"')
            } else {
                text.find(&close).unwrap_or(text.len())
            };
            found.push((&code[..at], &text[..length]));
            at += open + length + close.len();
        } else if rest.starts_with('\'') {
            at += character(rest);
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    found
}

/// The length of a literal's opening quote and its closing one, if a literal begins here.
fn quotes(rest: &str) -> Option<(usize, String)> {
    if rest.starts_with('"') {
        return Some((1, "\"".to_owned()));
    }
    let signs = rest.strip_prefix('r')?;
    let hashes = signs.len() - signs.trim_start_matches('#').len();
    (hashes > 0 && signs[hashes..].starts_with('"'))
        .then(|| (hashes + 2, format!("\"{}", "#".repeat(hashes))))
}

/// The length up to the first quote that no backslash escapes.
fn unescaped(text: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (at, sign) in text.char_indices() {
        if sign == quote && !is_escaped {
            return at;
        }
        is_escaped = sign == '\\' && !is_escaped;
    }
    text.len()
}

/// The length of a character literal, or of the quote of a lifetime.
fn character(rest: &str) -> usize {
    let text = &rest[1..];
    let length = if text.starts_with('\\') {
        Some(unescaped(text, '\''))
    } else {
        text.chars().next().map(char::len_utf8)
    };
    let is_closed = |length: &usize| text[*length..].starts_with('\'');
    length.filter(is_closed).map_or(1, |length| length + 2)
}

/// The length of an attribute, with the strings in it.
fn attribute(rest: &str) -> usize {
    let mut depth = 0_u32;
    let mut at = 0;
    while at < rest.len() {
        let sign = rest[at..].chars().next().unwrap();
        at += sign.len_utf8();
        match sign {
            '[' => depth += 1,
            ']' if depth == 1 => return at,
            ']' => depth -= 1,
            '"' => at += unescaped(&rest[at..], '"') + 1,
            _ => {}
        }
    }
    rest.len()
}

/// A literal as one line: without the line breaks that a backslash removes.
fn joined(literal: &str) -> String {
    let mut lines = literal.split("\\\n");
    let first = lines.next().unwrap_or_default().to_owned();
    lines.fold(first, |text, line| text + line.trim_start())
}

/// Whether a text has a blank between two words, of which one has letters. A placeholder of
/// `format!` is a word.
fn is_sentence(text: &str) -> bool {
    const PLACEHOLDER: char = '0';
    let mut plain = String::new();
    let mut depth = 0_u32;
    for sign in text.chars() {
        match sign {
            '{' => depth += 1,
            '}' => {
                depth = depth.saturating_sub(1);
                plain.push(PLACEHOLDER);
            }
            _ if depth == 0 => plain.push(sign),
            _ => {}
        }
    }
    let signs: Vec<char> = plain.chars().collect();
    signs.windows(3).any(|signs| {
        let [before, blank, after] = [signs[0], signs[1], signs[2]];
        let are_words = before.is_alphanumeric() && after.is_alphanumeric();
        let has_letter = before.is_alphabetic() || after.is_alphabetic();
        blank == ' ' && are_words && has_letter
    })
}

/// Whether a text is the class of a block with the block's own modifiers: `badge badge--ok`.
fn is_block(text: &str) -> bool {
    let mut names = text.split(' ');
    let block = names.next().unwrap_or_default();
    let modifier = format!("{block}--");
    let mut modifiers = names.peekable();
    modifiers.peek().is_some() && modifiers.all(|name| name.starts_with(&modifier))
}
