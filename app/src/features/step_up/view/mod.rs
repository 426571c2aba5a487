//! The page that verifies an identity within a session, and the actions that follow.

mod action_flow;
mod page;
mod recovery_offer;

pub(crate) use action_flow::action_flow;
pub(crate) use page::StepUp;
pub(crate) use recovery_offer::RecoveryOffer;
