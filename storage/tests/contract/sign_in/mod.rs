//! Sign-in: sessions, counted attempts, known browsers.

mod admission;
mod attempts;
mod guess_budgets;
pub mod known_browsers;
mod password_tries;
mod second_factor;
mod session_bounds;
mod sessions;
