//! Tests that the documents that a newcomer reads first stay short.

use crate::{read, root};

#[test]
fn the_first_documents_stay_short() {
    let readme = read(&root().join("README.md")).lines().count();
    assert!(
        readme <= 75,
        "README.md: {readme} lines, more than a screen and a half"
    );
    let architecture = read(&root().join("docs/ARCHITECTURE.md"));
    let words = architecture.split_whitespace().count();
    assert!(words <= 1500, "docs/ARCHITECTURE.md: {words} words");
}

#[test]
fn the_glossary_has_few_words_each_with_its_place() {
    let glossary = read(&root().join("docs/GLOSSARY.md"));
    let words: Vec<_> = glossary
        .lines()
        .filter(|line| line.starts_with("**"))
        .collect();
    assert!((10..=25).contains(&words.len()), "{} words", words.len());
    let without: Vec<_> = words
        .iter()
        .filter(|line| !line.contains("** (`"))
        .collect();
    assert_eq!(without, Vec::<&&str>::new(), "no type or file");
}
