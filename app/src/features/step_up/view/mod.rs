//! The page that verifies an identity within a session, and the actions that follow.

mod offer;
mod page;
mod perform;

pub(crate) use offer::RecoveryOffer;
pub(crate) use page::StepUp;
pub(crate) use perform::way;
