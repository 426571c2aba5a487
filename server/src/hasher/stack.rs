//! Wipes what returned frames leave on the stack.

use zeroize::Zeroize;

/// More stack than a hash uses.
const BYTES: usize = 64 * 1024;

/// Overwrites the stack below the caller, because a hash leaves its input (the password) there, and
/// a digest that is fast to compute from it. The code to wipe must run in separate functions that
/// are not inlined.
#[inline(never)]
#[expect(clippy::large_stack_arrays, reason = "what it is for")]
pub fn wipe() {
    [0_u8; BYTES].zeroize();
}
