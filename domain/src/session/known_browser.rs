//! Browsers that completed a sign-in before (OWASP, "Slow Down Online Guessing Attacks with Device Cookies"). Such a browser has a budget of
//! its own for the wrong passwords of the one user it is known to, so that strangers who guess can't shut that user out (ASVS V6.1.1).
//! It is no factor: it neither signs in nor spares anything else.

use std::time::Duration;

/// A browser without a sign-in for this long is not known any more.
pub const KNOWN: Duration = Duration::from_hours(180 * 24);
/// Browsers that one user is known to. With a further one, one of those goes that have not been known for longest.
pub const PER_USER: u32 = 20;
/// The ones that have been known for longest stay: sign-ins by a stranger who knows the password rotate the others only. These end after
/// [`KNOWN`] without a sign-in, as all do.
pub const KEPT: u32 = 10;
