//! Keeps each check of a password on its thread until the floor, while old digests are left
//! (ADR 43).

use std::{
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};

/// The stretch of a machine that is as fast as estimated, in thousandths.
const NONE: u32 = 1_000;
/// The longest stretch: a machine that is slower by more would keep people waiting for seconds.
const MOST: u32 = 5_000;
/// Of each check that ends before the floor, this part (1/n) of the stretch is taken back.
const TAKEN_BACK: u32 = 200;

/// How much longer than estimated the checks last on this machine, as its load is now.
pub struct FloorKeeper {
    /// In thousandths of the floor.
    stretch: AtomicU32,
}

impl Default for FloorKeeper {
    fn default() -> Self {
        Self {
            stretch: AtomicU32::new(NONE),
        }
    }
}

impl FloorKeeper {
    /// Runs a check, and returns no earlier than the floor. The thread stays occupied until then:
    /// otherwise a few simultaneous checks of a slow hash would delay each other, and those of a
    /// quick one would not.
    pub fn keep<T>(&self, floor: Duration, check: impl FnOnce() -> T) -> T {
        if floor.is_zero() {
            return check();
        }
        #[expect(clippy::disallowed_methods, reason = "what is kept is real time")]
        let began = Instant::now();
        let result = check();
        let took = began.elapsed();
        let stretch = self.stretch.load(Ordering::Relaxed);
        // Two threads may overwrite each other's value: the next check corrects it.
        self.stretch
            .store(next_stretch(stretch, floor, took), Ordering::Relaxed);
        thread::sleep(stretched(floor, stretch).saturating_sub(took));
        result
    }
}

/// Returns the floor on a machine with this stretch.
fn stretched(floor: Duration, stretch: u32) -> Duration {
    floor * stretch / NONE
}

/// Returns the stretch after a check. One that ended after the floor shows a slower machine: the
/// next ones last a quarter longer than it did.
fn next_stretch(stretch: u32, floor: Duration, took: Duration) -> u32 {
    if took <= stretched(floor, stretch) {
        return (stretch - stretch / TAKEN_BACK).max(NONE);
    }
    let parts = took.as_micros() * u128::from(NONE) * 5 / 4 / floor.as_micros().max(1);
    u32::try_from(parts).unwrap_or(MOST).clamp(stretch, MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLOOR: Duration = Duration::from_millis(400);

    const fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    #[test]
    fn a_check_that_ends_late_stretches_the_floor_beyond_it() {
        let stretch = next_stretch(NONE, FLOOR, ms(600));
        assert_eq!(stretched(FLOOR, stretch), ms(750));
        assert_eq!(next_stretch(NONE, FLOOR, ms(60_000)), MOST);
        assert_eq!(next_stretch(MOST, FLOOR, ms(2_100)), MOST, "never shorter");
    }

    #[test]
    fn checks_in_time_take_it_back_slowly() {
        let mut stretch = next_stretch(NONE, FLOOR, ms(600));
        let mut checks = 0;
        while stretch > NONE {
            stretch = next_stretch(stretch, FLOOR, ms(30));
            checks += 1;
        }
        assert!((100..300).contains(&checks), "{checks}");
        assert_eq!(next_stretch(NONE, FLOOR, FLOOR), NONE);
    }

    #[test]
    fn without_old_digests_no_time_is_kept() {
        let keeper = FloorKeeper::default();
        assert_eq!(keeper.keep(Duration::ZERO, || 7), 7);
        assert_eq!(keeper.stretch.load(Ordering::Relaxed), NONE);
    }
}
