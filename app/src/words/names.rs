//! Names within sentences: marked, so that a view shows them in their own element.

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

#[cfg(test)]
mod tests {
    use super::*;

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
}
