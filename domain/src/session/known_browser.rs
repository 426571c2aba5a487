//! Browsers that completed a sign-in before (OWASP, "Slow Down Online Guessing Attacks with Device
//! Cookies"). A known browser has its own budget for wrong passwords of the one user whom it is
//! known to, so that guesses of strangers can't lock that user out (ASVS V6.1.1).
//! A known browser is not a factor: the user must still give the password and the second factor.

use std::time::Duration;

/// A browser without a sign-in for this long is no longer known.
pub const KNOWN: Duration = Duration::from_hours(180 * 24);
/// Known browsers of one user. If one more becomes known, the least recently seen one beyond
/// [`KEPT`] is forgotten.
pub const PER_USER: u32 = 20;
/// The browsers that have been known for the longest time stay, so that sign-ins by a stranger who
/// knows the password replace only the others. Like all, they are forgotten after [`KNOWN`] without
/// a sign-in.
pub const KEPT: u32 = 10;
