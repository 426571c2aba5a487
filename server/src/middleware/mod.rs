//! The web guards, one concern per file. Refusals under `/api` use the same JSON as the app's
//! errors.

pub mod api_request;
pub mod every_request;
pub mod refusal;
