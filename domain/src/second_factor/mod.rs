//! The second factor: authenticator, backup codes, their set-up, the guess budget, and the Identity
//! verification.

pub mod backup_code;
pub mod enrolment;
#[cfg(feature = "secrets")]
pub mod guess_holder;
pub mod lockout;
pub mod methods;
pub mod one_time_code;
pub mod step_up;
#[cfg(feature = "secrets")]
pub mod totp;
