//! How often a race is run.

use std::env;

/// Returns how often a race is run and a property is tried: 50 times, or what `TWINLOCK_ROUNDS`
/// sets.
pub fn rounds() -> usize {
    let set = env::var("TWINLOCK_ROUNDS").ok();
    set.map_or(50, |text| text.parse().unwrap())
}
