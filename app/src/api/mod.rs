//! The server functions. In the pages each one calls the server; on the server it calls the use
//! case of the same name.

pub mod accounts;
pub mod mfa;
pub mod profile;
pub mod session;
pub mod step_up;
