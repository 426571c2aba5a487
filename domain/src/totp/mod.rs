//! Time-based one-time passwords (RFC 6238 over HOTP, RFC 4226): SHA-1, 6 digits, 30 seconds, which every authenticator understands.

mod key;
mod verify;

pub use key::TotpKey;
pub use verify::{EnrolmentVerdict, PREVIOUS_STEP_GRACE, Verdict, verify, verify_enrolment};

#[cfg(test)]
mod vectors;
