//! The fuzzer's bytes as a row of decisions. When they end, each further decision is the first one,
//! which is the usual one.

pub struct Choices<'a>(pub &'a [u8]);

impl Choices<'_> {
    pub fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else {
            return 0;
        };
        self.0 = rest;
        *first
    }

    pub fn bit(&mut self) -> bool {
        self.byte() & 1 != 0
    }

    /// A number less than `end`, which is not 0.
    pub fn below(&mut self, end: usize) -> usize {
        let number = if end <= 0x100 {
            usize::from(self.byte())
        } else {
            usize::from(self.byte()) << 8 | usize::from(self.byte())
        };
        number % end
    }

    pub fn one_of<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.below(values.len())]
    }

    /// At most `longest` bytes, as long as there are some.
    pub fn bytes(&mut self, longest: usize) -> Vec<u8> {
        let length = self.below(longest + 1).min(self.0.len());
        let (taken, rest) = self.0.split_at(length);
        self.0 = rest;
        taken.to_vec()
    }

    /// Changes bytes in one place: a bit, a byte more or less, or the end.
    pub fn damage(&mut self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            bytes.push(self.byte());
            return;
        }
        let place = self.below(bytes.len());
        match self.below(6) {
            0 => bytes[place] ^= 1 << self.below(8),
            1 => bytes[place] = self.byte(),
            2 => bytes.insert(place, self.byte()),
            3 => drop(bytes.remove(place)),
            4 => bytes.truncate(place),
            _ => bytes.extend(self.bytes(8)),
        }
    }
}
