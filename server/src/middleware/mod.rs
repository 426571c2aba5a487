//! The web guard, one concern a file. Whatever it refuses under `/api` it refuses in the wire error's own JSON.

pub mod accept;
pub mod access;
pub mod access_log;
pub mod arguments;
pub mod body;
pub mod build;
pub mod codings;
pub mod content_type;
pub mod endpoint;
pub mod envelope;
pub mod guard;
pub mod host;
pub mod origin;
pub mod pace;
pub mod panic;
pub mod refusal;
pub mod repeats;
pub mod request_id;
pub mod security_headers;
pub mod server_function;
pub mod sparing;
pub mod timeout;
pub mod visitor;
