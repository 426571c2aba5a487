//! Time-based one-time passwords (RFC 6238 over HOTP, RFC 4226): SHA-1, 6 digits, 30 seconds, which
//! every authenticator supports.

mod clock_hint;
mod key;
pub mod label;
mod verify;

pub use clock_hint::OffTimeCode;
pub use key::{KeyLengthError, TotpKey};
pub use verify::{
    EnrolmentVerdict, NEIGHBOUR_GRACE, Verdict, clock_offset, newest_step, verify, verify_enrolment,
};

#[cfg(test)]
mod vectors;
