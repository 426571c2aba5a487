//! Browsers and connections over a socket, written without an HTTP library, so that a test can send
//! any bytes.

mod address;
mod answer;
mod browser;
mod connection;
mod cookies;

pub use address::ServerAddress;
pub use answer::HttpAnswer;
pub use browser::{ConfirmedSetUp, HttpBrowser};
pub use connection::PersistentConnection;
pub use cookies::CookieJar;
