//! All guards before the server functions, in one layer, because each layer makes every request
//! copy all layers behind it.
//!
//! The guards run cheapest first. The head is checked alone (path, origin, types, codings), then
//! the body is read, then `repeats` looks for an identical request: before the session check,
//! because the first request may have given the session another token.
//! `visitor` notes the client's address, `access` resolves the caller and asks the policy, and
//! `arguments` refuses what is no plain JSON. `pace` slows refusals without a session (ADR 24);
//! sign-ins pass the limits in `usecases::session::admission`.
//!
//! `access` also notes the `Origin` of the request (actor, session, address, browser).
//! `usecases::Context` works on services that write it with every event. A counted attempt is
//! stored as failed until something completes it, or `usecases::record_error` settles how it ended
//! (ADR 10).

pub mod accept;
pub mod access;
pub mod arguments;
pub mod body;
pub mod build;
pub mod content_type;
pub mod endpoint;
pub mod origin;
pub mod pace;
pub mod repeats;
pub mod server_function;
pub mod timeout;

use std::sync::Arc;

use app::wire::error::AppError;
use axum::{
    body::Body,
    extract::{Request, State},
    http::HeaderValue,
    middleware::Next,
    response::Response,
};
use usecases::Services;

use crate::{
    config::TrustedProxies,
    middleware::{
        api_request::{
            origin::Origins,
            pace::{Pace, SIGN_IN, ShownSecrets},
            repeats::{RepeatTurn, Repeats},
        },
        every_request::{codings, visitor},
        refusal::refuse,
    },
};

/// What the guards need.
pub struct Guards {
    /// The ports, to resolve the caller's session.
    pub services: Arc<Services>,
    /// The origins of the pages.
    pub origins: Origins,
    /// The proxies that are trusted to name the client.
    pub proxies: TrustedProxies,
    /// The build of the pages.
    pub build: Option<HeaderValue>,
    /// The pace of refusals.
    pub pace: Pace,
    /// Recent answers, for requests that are repeated.
    pub repeats: Repeats,
}

/// Passes a request on if it passes each guard, with what the guards found out about it.
pub async fn keep(State(guards): State<Arc<Guards>>, request: Request, next: Next) -> Response {
    let mut shown = ShownSecrets::Nothing;
    let mut response = timeout::limit(async {
        match guards.passed(request).await {
            Ok((request, turn)) => {
                shown = ShownSecrets::by(&request);
                // A sign-in uses nothing up and costs the most, so it may be cancelled when the
                // client disconnects.
                let may_be_given_up = request.uri().path() == SIGN_IN;
                let answer = next.run(request);
                match turn {
                    Some(turn) if !may_be_given_up => turn.complete(answer).await,
                    Some(turn) => turn.keep(answer.await).await,
                    None => answer.await,
                }
            }
            Err(refusal) => *refusal,
        }
    })
    .await;
    guards.pace.keep(response.status(), shown).await;
    build::name(guards.build.as_ref(), &mut response);
    response
}

impl Guards {
    async fn passed(
        &self,
        request: Request,
    ) -> Result<(Request, Option<RepeatTurn>), Box<Response>> {
        // Checks that need only the head come first.
        let refusal = endpoint::refusal(&request)
            .or_else(|| self.origins.refusal(&request))
            .or_else(|| accept::refusal(&request))
            .or_else(|| content_type::refusal(&request))
            .or_else(|| codings::content_refusal(&request));
        if let Some(refusal) = refusal {
            return Err(Box::new(refusal));
        }
        let (mut parts, stream) = request.into_parts();
        let bytes = body::read(stream).await?;
        // Runs before the session check, because the first request may have given the session
        // another token.
        let turn = self.repeats.turn(&parts, &bytes).await;
        if let Some(answer) = turn.as_ref().and_then(RepeatTurn::answer) {
            return Err(Box::new(answer));
        }
        visitor::note(&mut parts, &self.services.settings, &self.proxies);
        access::admit(&self.services, &mut parts).await?;
        if !arguments::are_strict(&bytes) {
            return Err(Box::new(refuse(&AppError::Malformed)));
        }
        Ok((Request::from_parts(parts, Body::from(bytes)), turn))
    }
}
