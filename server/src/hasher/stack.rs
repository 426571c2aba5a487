//! What frames that have returned leave behind.

use zeroize::Zeroize;

/// More than a hash takes.
const BYTES: usize = 64 * 1024;

/// Writes over the stack below the caller: of a hash it holds the input, which is the password, and a digest that is quickly had from it.
/// What is to be wiped must have been in functions of their own that are not inlined.
#[inline(never)]
#[expect(clippy::large_stack_arrays, reason = "what it is for")]
pub fn wipe() {
    [0_u8; BYTES].zeroize();
}
