//! What the page says of itself: alerts, waiting, results.

pub(crate) mod alert;
pub(crate) mod badge;
pub(crate) mod countdown;
pub(crate) mod skeleton;
pub(crate) mod status;
