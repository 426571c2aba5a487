//! The list of applications on Home, and the page that leads on to one.

mod applications;
mod open;

pub(crate) use applications::Applications;
pub(crate) use open::Door;
