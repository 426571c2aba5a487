//! Every id of the attack list (security design §4), by family. The numbering has gaps; this list is complete.

/// Each family with its numbers.
const FAMILIES: &[(&str, &[u8])] = &[
    ("R", &[1, 2, 3, 4, 6, 7, 9, 11, 12, 13, 14]),
    ("T", &[1, 5, 6, 8, 9, 10, 11, 13, 14]),
    ("B", &[1, 2, 4, 5, 6, 8, 9, 10, 12]),
    ("E", &[2, 3, 5, 6, 7, 8, 10, 11, 13, 14]),
    ("S", &[2, 3, 4, 5, 7, 8, 9, 10, 11, 13]),
    ("X", &[1, 2, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15]),
    ("M", &[1, 3, 4, 5, 6, 7, 9, 10, 11, 13]),
    ("L", &[1, 2, 5, 6, 7, 8, 10, 11, 12]),
    ("U", &[1, 2, 4, 5, 7]),
    ("C", &[1, 3, 4, 5, 7, 8, 10, 11, 12, 14, 15, 16, 17]),
    ("D", &[1, 2, 4, 5, 6, 7, 8, 10, 11]),
    ("A", &[1, 3, 4, 5, 7]),
    ("I", &[1, 2, 3, 4, 5]),
    // The red team's list: `RA4` is its A4.
    ("RA", &[1, 2, 3, 4]),
    ("RB", &[1, 2, 3, 4]),
    ("RC", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
];

/// Returns all ids in order.
pub fn all() -> Vec<String> {
    let of = |(family, numbers): &(&str, &[u8])| {
        let family = (*family).to_owned();
        let ids = numbers
            .iter()
            .map(move |number| format!("{family}{number}"));
        ids.collect::<Vec<_>>()
    };
    FAMILIES.iter().flat_map(of).collect()
}
