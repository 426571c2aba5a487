//! The addresses of the server.

mod hosts;
mod hsts;
mod passkeys;
mod public_url;

pub use hosts::Hosts;
pub use hsts::Hsts;
pub use passkeys::Passkeys;
pub use public_url::PublicUrl;
