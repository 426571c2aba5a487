//! Attacks and their results.

/// How many tries an attack makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// A few tries, a few minutes in total: with every `cargo xtask test`.
    Quick,
    /// As many tries as the list says: with `cargo xtask ci --deep`.
    Deep,
}

impl Effort {
    /// Returns the number for this effort.
    pub const fn of(self, quick: usize, deep: usize) -> usize {
        match self {
            Self::Quick => quick,
            Self::Deep => deep,
        }
    }
}

/// The result of an attack that did not succeed.
pub struct AttackOutcome {
    /// What was tried, in words.
    pub what: String,
    /// The number of tries.
    pub tried: usize,
    /// Refused, or (where something had to work) as wanted.
    pub how: &'static str,
}

/// All tries were refused.
pub fn refused(tried: usize, what: impl Into<String>) -> AttackOutcome {
    AttackOutcome {
        what: what.into(),
        tried,
        how: "refused",
    }
}

/// All tries had the required result.
pub fn as_wanted(tried: usize, what: impl Into<String>) -> AttackOutcome {
    AttackOutcome {
        what: what.into(),
        tried,
        how: "as wanted",
    }
}

/// How an id of the list is covered.
pub enum AttackPlan {
    /// Tried here; the function panics if the attack succeeds.
    Try(fn(Effort) -> AttackOutcome),
    /// Like [`Self::Try`], but only in deep runs, because a few tries would show nothing.
    TryDeep(fn(Effort) -> AttackOutcome),
    /// Covered by another suite: its file, a text that identifies the test there, and the reason
    /// why it is not here.
    Elsewhere(&'static str, &'static str, &'static str),
    /// There is nothing to attack, for this reason.
    NotApplicable(&'static str),
}

/// An id of the list.
pub struct Attack {
    /// The function's name, which begins with the id, or the id alone.
    pub name: &'static str,
    pub plan: AttackPlan,
}

impl Attack {
    /// Returns the id, such as `R1`.
    pub fn id(&self) -> String {
        let id = self.name.split('_').next().unwrap_or_default();
        id.to_uppercase()
    }
}

/// Declares an attack that is tried here, with its function's name.
macro_rules! attack {
    ($function:ident) => {
        $crate::attack::Attack {
            name: stringify!($function),
            plan: $crate::attack::AttackPlan::Try($function),
        }
    };
    (deep $function:ident) => {
        $crate::attack::Attack {
            name: stringify!($function),
            plan: $crate::attack::AttackPlan::TryDeep($function),
        }
    };
    ($id:literal, $plan:expr) => {
        $crate::attack::Attack {
            name: $id,
            plan: $plan,
        }
    };
}
pub(crate) use attack;
