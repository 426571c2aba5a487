//! What every answer travels in, in one layer: each layer costs every request a copy of all that lies behind it.
//!
//! `visitor` reads the client's address. It is the peer's; `X-Forwarded-For` is read from the right for as long as trusted proxies
//! wrote it, and IPv6 counts by /64. Use cases find it in `usecases::Context::visitor`. `security_headers` puts its headers on
//! every answer: the CSP of a page names by their hashes what stands in it, and what is no page carries a CSP under which nothing
//! is allowed. `request_id` draws the id that every line of a request's log carries; a 500 shows it to the person, because it
//! leaves the server as `AppError::Failed` with that id.

pub mod access_log;
pub mod codings;
pub mod host;
pub mod panic;
pub mod request_id;
pub mod security_headers;
pub mod sparing;
pub mod visitor;

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use domain::ports::Entropy;
use tracing::Instrument;

use crate::{
    config::TrustedProxies,
    middleware::every_request::{
        access_log::Line, host::HostGuard, request_id::RequestId, security_headers::SecurityHeaders,
    },
};

/// What envelopes are made of.
pub struct Envelopes {
    /// Draws the ids of requests.
    pub entropy: Arc<dyn Entropy>,
    /// The headers of every answer.
    pub headers: SecurityHeaders,
    /// Who is believed about where a request comes from; others are warned of.
    pub proxies: TrustedProxies,
    /// Which hosts are answered.
    pub hosts: HostGuard,
}

/// Gives a request its id, and its answer the headers, the id and a line in the log.
pub async fn wrap(
    State(envelopes): State<Arc<Envelopes>>,
    request: Request,
    next: Next,
) -> Response {
    let id = RequestId::draw(&*envelopes.entropy, request.uri().path());
    let line = Line::begin(&id, &request);
    visitor::warn_of_unknown_proxy(&request, &envelopes.proxies);
    let refusal = line.span().in_scope(|| {
        codings::transfer_refusal(&request).or_else(|| envelopes.hosts.refusal(&request))
    });
    let mut response = match refusal {
        Some(refusal) => refusal,
        None => next.run(request).instrument(line.span()).await,
    };
    envelopes.headers.add(&mut response);
    line.end(&response);
    id.put_into(&mut response);
    response
}
