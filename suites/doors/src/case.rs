//! Cases and how each is run.

use crate::site::DoorSite;

/// A case of the table, which runs behind each proxy.
pub struct DoorCase {
    /// The function's name, which begins with the id.
    pub name: &'static str,
    /// Panics if the case does not hold.
    pub run: fn(&mut DoorSite),
    /// Whether it breaks the site, and so has one of its own.
    pub needs_own_site: bool,
}

impl DoorCase {
    /// Returns the id, such as `PX1`.
    pub fn id(&self) -> String {
        let id = self.name.split('_').next().unwrap_or_default();
        id.to_uppercase()
    }
}

/// Declares a case with its function's name.
macro_rules! case {
    ($function:ident) => {
        $crate::case::DoorCase {
            name: stringify!($function),
            run: $function,
            needs_own_site: false,
        }
    };
    (own $function:ident) => {
        $crate::case::DoorCase {
            name: stringify!($function),
            run: $function,
            needs_own_site: true,
        }
    };
}
pub(crate) use case;
