//! The origin of a request, and the host that it is for.

pub mod client_address;
pub mod host_name;
