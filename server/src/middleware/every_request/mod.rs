//! Wraps every answer, in one layer, because each layer makes every request copy all layers behind
//! it.
//!
//! `visitor` reads the client's address. By default this is the peer's; `X-Forwarded-For` is read
//! from the right for as long as trusted proxies wrote it, and IPv6 counts by /64. Use cases find
//! it in `usecases::Context::visitor`.
//! `security_headers` adds its headers to every answer: the CSP of a page lists the hashes of its
//! inline parts, and every other answer has a CSP that allows nothing. `request_id` draws the id
//! that every log line of a request carries. An answer with status 500 shows the id to the user,
//! because it leaves the server as `AppError::Failed` with that id.

pub mod access_log;
pub mod codings;
pub mod host;
pub mod panic;
pub mod request_id;
pub mod security_headers;
pub mod visitor;
pub mod warning_limit;

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

/// What the wrapping layer needs.
pub struct Envelopes {
    /// Draws the request ids.
    pub entropy: Arc<dyn Entropy>,
    /// The headers of every answer.
    pub headers: SecurityHeaders,
    /// The proxies that are trusted to name the client. Other proxies cause a warning.
    pub proxies: TrustedProxies,
    /// The hosts that are answered.
    pub hosts: HostGuard,
}

/// Gives a request its id, and its answer the headers, the id and a log line.
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
