//! Sign-in: sessions, counted attempts and their budgets, known browsers.

pub(crate) mod admission;
pub(crate) mod attempts;
pub(crate) mod guess_budgets;
pub(crate) mod known_browsers;
pub(crate) mod password_receipts;
pub(crate) mod password_tries;
pub(crate) mod session_bounds;
pub(crate) mod session_opening;
pub(crate) mod sessions;
