//! What every answer travels in, in one layer: each layer costs every request a copy of all that lies behind it.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use domain::ports::Entropy;
use tracing::Instrument;

use super::{
    access_log::Line, codings, host::HostGuard, request_id::RequestId,
    security_headers::SecurityHeaders,
};

/// What envelopes are made of.
pub struct Envelopes {
    /// Draws the ids of requests.
    pub entropy: Arc<dyn Entropy>,
    /// The headers of every answer.
    pub headers: SecurityHeaders,
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
