//! The web guard, one concern a file. Whatever it refuses under `/api` it refuses in the wire error's own JSON.

pub mod api_request;
pub mod every_request;
pub mod refusal;
