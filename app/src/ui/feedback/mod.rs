//! Feedback of the page: alerts, loading, results.

pub(crate) mod alert;
pub(crate) mod badge;
pub(crate) mod countdown;
pub(crate) mod skeleton;
pub(crate) mod status;
