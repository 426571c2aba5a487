//! Browsers that completed a sign-in before (OWASP, "Slow Down Online Guessing Attacks with Device Cookies"). Such a browser has a budget of
//! its own for the wrong passwords of the one user it is known to, so that strangers who guess can't shut that user out (ASVS V6.1.1).
//! It is no factor: it neither signs in nor spares anything else.

use std::time::Duration;

/// A browser without a sign-in for this long is not known any more.
pub const KNOWN: Duration = Duration::from_hours(180 * 24);
/// Browsers that one user is known to; with a further one the oldest goes.
pub const PER_USER: u32 = 20;
