//! Finds an order of byte strings in which neighbours are alike.

use std::cmp::Reverse;

/// How many bytes in a row count as a repetition, about the shortest that brotli's search uses.
const WINDOW: usize = 5;

/// How many of its likest strings each string may become a neighbour of.
const CANDIDATES: usize = 1000;

/// The parts in which likeness is counted.
const PARTS: usize = 1_000_000;

/// Two strings, and how alike they are.
struct Pair {
    /// What both have in common, in parts of all that either has.
    likeness: usize,
    first: usize,
    second: usize,
}

/// Returns the strings' indices in an order in which neighbours are alike: the likest pair becomes
/// neighbours first, then the next, as long as each has a free side and no ring arises.
/// The same strings always give the same order.
pub fn chained(strings: &[&[u8]]) -> Vec<usize> {
    let mut chains = Chains::new(strings.len());
    for pair in pairs(strings) {
        chains.join(pair.first, pair.second);
    }
    chains.into_order()
}

/// Returns the pairs that have something in common, the likest first.
fn pairs(strings: &[&[u8]]) -> Vec<Pair> {
    let shared = Shared::of(strings);
    let mut pairs = Vec::new();
    let mut common = vec![0; strings.len()];
    for first in 0..strings.len() {
        let mut met = Vec::new();
        for group in &shared.groups_of[first] {
            let group = &shared.groups[*group];
            for second in group.iter().rev().take_while(|second| **second > first) {
                if common[*second] == 0 {
                    met.push(*second);
                }
                common[*second] += 1;
            }
        }
        let mut likest: Vec<Pair> = met
            .into_iter()
            .map(|second| {
                let both = std::mem::take(&mut common[second]);
                let either = shared.windows[first] + shared.windows[second] - both;
                Pair {
                    likeness: both * PARTS / either,
                    first,
                    second,
                }
            })
            .collect();
        likest.sort_unstable_by_key(Pair::rank);
        likest.truncate(CANDIDATES);
        pairs.append(&mut likest);
    }
    pairs.sort_unstable_by_key(Pair::rank);
    pairs
}

impl Pair {
    /// Returns the key to sort by: the likest first, and the order is the same each time.
    fn rank(&self) -> (Reverse<usize>, usize, usize) {
        (Reverse(self.likeness), self.first, self.second)
    }
}

/// The windows that occur in more than one string.
struct Shared {
    /// How many different windows each string has.
    windows: Vec<usize>,
    /// The strings with the same window, in ascending order.
    groups: Vec<Vec<usize>>,
    /// The groups of each string.
    groups_of: Vec<Vec<usize>>,
}

impl Shared {
    fn of(strings: &[&[u8]]) -> Self {
        let mut all = Vec::new();
        let mut windows = Vec::new();
        for (index, string) in strings.iter().enumerate() {
            let mut own: Vec<&[u8]> = string.windows(WINDOW).collect();
            own.sort_unstable();
            own.dedup();
            windows.push(own.len());
            all.extend(own.into_iter().map(|window| (window, index)));
        }
        all.sort_unstable();
        let mut groups = Vec::new();
        let mut groups_of = vec![Vec::new(); strings.len()];
        for group in all.chunk_by(|one, next| one.0 == next.0) {
            if let [_, _, ..] = group {
                for (_, string) in group {
                    groups_of[*string].push(groups.len());
                }
                groups.push(group.iter().map(|(_, string)| *string).collect());
            }
        }
        Self {
            windows,
            groups,
            groups_of,
        }
    }
}

/// Chains of neighbours, which grow together.
struct Chains {
    /// The neighbours of each string, two at most.
    neighbours: Vec<Vec<usize>>,
    /// For the end of a chain, its other end.
    other_end: Vec<usize>,
}

impl Chains {
    fn new(count: usize) -> Self {
        Self {
            neighbours: vec![Vec::new(); count],
            other_end: (0..count).collect(),
        }
    }

    fn is_end(&self, string: usize) -> bool {
        self.neighbours[string].len() < 2
    }

    /// Makes neighbours of two ends of different chains.
    fn join(&mut self, first: usize, second: usize) {
        let is_ring = self.other_end[first] == second;
        if is_ring || !self.is_end(first) || !self.is_end(second) {
            return;
        }
        self.neighbours[first].push(second);
        self.neighbours[second].push(first);
        let (start, end) = (self.other_end[first], self.other_end[second]);
        self.other_end[start] = end;
        self.other_end[end] = start;
    }

    /// Returns the strings chain after chain, by the chains' first ends.
    fn into_order(self) -> Vec<usize> {
        let mut order = Vec::new();
        let mut is_placed = vec![false; self.neighbours.len()];
        for start in 0..self.neighbours.len() {
            let mut next = Some(start).filter(|start| self.is_end(*start) && !is_placed[*start]);
            while let Some(string) = next {
                is_placed[string] = true;
                order.push(string);
                let mut neighbours = self.neighbours[string].iter();
                next = neighbours
                    .find(|neighbour| !is_placed[**neighbour])
                    .copied();
            }
        }
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_that_are_alike_become_neighbours() {
        let strings = [
            "the first of two",
            "something else",
            "the first of three",
            "1234",
        ];
        let strings: Vec<&[u8]> = strings.iter().map(|string| string.as_bytes()).collect();
        assert_eq!(chained(&strings), [0, 2, 1, 3]);
    }

    #[test]
    fn the_likest_pair_comes_together_first() {
        let strings: [&[u8]; 4] = [b"abcdefgh", b"abcdefXY", b"abcdefgh", b"ZZabcdef"];
        let order = chained(&strings);
        let place = |string: usize| order.iter().position(|other| *other == string).unwrap();
        assert_eq!(place(0).abs_diff(place(2)), 1);
    }

    #[test]
    fn every_string_has_one_place_and_no_chain_becomes_a_ring() {
        for count in 0..20 {
            let strings = vec![&b"all of them the same"[..]; count];
            let mut order = chained(&strings);
            order.sort_unstable();
            assert_eq!(order, (0..count).collect::<Vec<_>>());
        }
    }

    #[test]
    fn short_strings_keep_their_order() {
        assert_eq!(chained(&[b"a", b"", b"a", b"abcd"]), [0, 1, 2, 3]);
    }
}
