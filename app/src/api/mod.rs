//! The server functions: in the pages a call of the server, on the server the use case of the same name.

pub mod accounts;
pub mod mfa;
pub mod profile;
pub mod session;
pub mod step_up;
