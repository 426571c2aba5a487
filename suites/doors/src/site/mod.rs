//! A site under test: Twinlock, one proxy before it, and an application behind both.

mod assertion;
mod certificates;
mod client;
mod echo;
mod proxy;
mod recipe;
mod recipes;
mod running;
mod wheels;

pub use assertion::Assertion;
pub use client::{NAVIGATION, SCRIPT, Visitor};
pub use echo::GREETING;
pub use proxy::ProxyKind;
pub use running::{COOKIE, DoorSite, IDENTITY, NONCE, Received};
