//! What an attack is, and what comes of it.

/// How often things are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// A few times, in a few minutes for all of it: with every `cargo xtask test`.
    Quick,
    /// As often as the list says: with `cargo xtask ci --deep`.
    Deep,
}

impl Effort {
    /// The number that goes with it.
    pub const fn of(self, quick: usize, deep: usize) -> usize {
        match self {
            Self::Quick => quick,
            Self::Deep => deep,
        }
    }
}

/// What was done and, as nothing panicked, held.
pub struct Held {
    /// What was tried, in words.
    pub what: String,
    /// How often.
    pub tried: usize,
    /// Refused, or (where something had to work) as wanted.
    pub how: &'static str,
}

/// All that was tried was refused.
pub fn refused(tried: usize, what: impl Into<String>) -> Held {
    Held {
        what: what.into(),
        tried,
        how: "refused",
    }
}

/// What had to come of it came of it.
pub fn as_wanted(tried: usize, what: impl Into<String>) -> Held {
    Held {
        what: what.into(),
        tried,
        how: "as wanted",
    }
}

/// How an id is dealt with.
pub enum Plan {
    /// It is tried here; it panics when the attack succeeds.
    Try(fn(Effort) -> Held),
    /// The same, where few tries would show nothing.
    TryDeep(fn(Effort) -> Held),
    /// Another suite shows it: the file, a text that names the test there, and why not here.
    Elsewhere(&'static str, &'static str, &'static str),
    /// There is nothing to attack, for this reason.
    NotApplicable(&'static str),
}

/// One id.
pub struct Attack {
    /// The function's name, which begins with the id, or the id alone.
    pub name: &'static str,
    pub plan: Plan,
}

impl Attack {
    /// The id, such as `R1`.
    pub fn id(&self) -> String {
        let id = self.name.split('_').next().unwrap_or_default();
        id.to_uppercase()
    }
}

/// An attack that is tried here, under its function's name.
macro_rules! attack {
    ($function:ident) => {
        $crate::attack::Attack {
            name: stringify!($function),
            plan: $crate::attack::Plan::Try($function),
        }
    };
    (deep $function:ident) => {
        $crate::attack::Attack {
            name: stringify!($function),
            plan: $crate::attack::Plan::TryDeep($function),
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
