//! Browsers and connections over a socket, written without an HTTP library, so that a test can send
//! any bytes.

mod answer;
mod browser;
mod connection;
mod cookies;

pub use answer::Answer;
pub use browser::{Browser, Door};
pub use connection::Connection;
pub use cookies::Cookies;
