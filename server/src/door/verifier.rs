//! The three endpoints that proxies ask, and their one judgement.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{StatusCode, request::Parts},
    response::Response,
};
use domain::{
    door::{
        ApplicationOrigin, AskError, AskedPath, AskedRequest, NONCE_COOKIE, OpenQuery,
        SESSION_COOKIE, is_navigation, only_token,
    },
    ids::ApplicationId,
};
use usecases::{
    UseCaseError,
    door::{Ask, Verdict, keep_or_draw_nonce, verify},
};

use super::{
    Door, EXT_AUTHZ, OPEN, Sent,
    answers::{AtApplication, let_in, no_store, redirect, set_nonce, signed_out},
    guards::Call,
};
use crate::middleware::refusal::plain_text;

/// Caddy, Traefik and HAProxy.
pub async fn forward_auth(State(door): State<Arc<Door>>, request: Request) -> Response {
    let refusal = door.call_refusal(&request, Call::OfItsOwn);
    let read = |parts: &Parts| AskedRequest::forwarded(&Sent(&parts.headers));
    answer(&door, request, refusal, read, StatusCode::FOUND).await
}

/// nginx, which can't pass on a redirect: the recipe turns 401 into one.
pub async fn auth_request(State(door): State<Arc<Door>>, request: Request) -> Response {
    let refusal = door.call_refusal(&request, Call::OfItsOwn);
    let read = |parts: &Parts| AskedRequest::original(&Sent(&parts.headers));
    answer(&door, request, refusal, read, StatusCode::UNAUTHORIZED).await
}

/// Envoy.
pub async fn ext_authz(State(door): State<Arc<Door>>, request: Request) -> Response {
    let refusal = door.call_refusal(&request, Call::Mirrored);
    let read = |parts: &Parts| {
        let whole = parts.uri.path_and_query();
        let whole = whole.map_or("", http::uri::PathAndQuery::as_str);
        let asked = whole.strip_prefix(EXT_AUTHZ).unwrap_or_default();
        // A query alone belongs to the start page.
        let asked = if asked.starts_with('?') {
            format!("/{asked}")
        } else {
            asked.to_owned()
        };
        AskedRequest::mirrored(&Sent(&parts.headers), parts.method.as_str(), &asked)
    };
    answer(&door, request, refusal, read, StatusCode::FOUND).await
}

async fn answer(
    door: &Door,
    request: Request,
    refusal: Option<Response>,
    read: impl FnOnce(&Parts) -> Result<AskedRequest, AskError>,
    away: StatusCode,
) -> Response {
    let mut response = if let Some(refusal) = refusal {
        refusal
    } else {
        let (parts, _) = request.into_parts();
        match read(&parts) {
            Ok(asked) => door.judged(&parts, &asked, away).await,
            Err(error) => plain_text(StatusCode::BAD_REQUEST, error.to_string()),
        }
    };
    response.extensions_mut().insert(AtApplication);
    no_store(response)
}

impl Door {
    /// `away` is the status of a redirect to the portal.
    async fn judged(&self, parts: &Parts, asked: &AskedRequest, away: StatusCode) -> Response {
        if let Some(refusal) = self.asked_refusal(asked) {
            return refusal;
        }
        let Some(origin) = &asked.origin else {
            return self.small.no_application();
        };
        let judged = if asked.path == AskedPath::Application {
            self.application(parts, asked, origin, away).await
        } else {
            self.own_path(parts, asked, origin).await
        };
        judged.unwrap_or_else(|_| Self::unavailable())
    }

    async fn application(
        &self,
        parts: &Parts,
        asked: &AskedRequest,
        origin: &ApplicationOrigin,
        away: StatusCode,
    ) -> Result<Response, UseCaseError> {
        let headers = Sent(&parts.headers);
        let is_navigation = is_navigation(&asked.method, &headers);
        let verdict = verify(
            &self.services,
            Ask {
                origin,
                token: only_token(&headers, SESSION_COOKIE).map(|token| token.hash()),
                is_activity: is_navigation || !asked.method.is_safe(),
            },
        );
        match verdict.await? {
            Verdict::LetIn(identity) => {
                let now = self.services.clock.now();
                let let_in = let_in(&identity, self.assertions.as_ref(), now);
                let_in.map_err(|error| {
                    tracing::error!("{error}");
                    UseCaseError::Internal
                })
            }
            Verdict::SignIn(id) if is_navigation => self.to_portal(&headers, asked, id, away),
            Verdict::SignIn(_) => Ok(signed_out(origin)),
            Verdict::Unknown => Ok(self.no_application(origin)),
        }
    }

    /// Refuses a request for an origin that is not registered. Behind nginx people see no reason,
    /// so the log names it.
    fn no_application(&self, origin: &ApplicationOrigin) -> Response {
        if self.warnings.allows() {
            tracing::warn!(
                %origin,
                "a proxy asks for an address at which no application is: compare it with `twinlock app list`"
            );
        }
        self.small.no_application()
    }

    /// Sends a browser to the portal. Its nonce ties the code that it will bring to it.
    fn to_portal(
        &self,
        headers: &Sent<'_>,
        asked: &AskedRequest,
        application: ApplicationId,
        away: StatusCode,
    ) -> Result<Response, UseCaseError> {
        let nonce = keep_or_draw_nonce(&self.services, only_token(headers, NONCE_COOKIE))?;
        let query = OpenQuery {
            application,
            target: asked.return_target(),
            nonce: nonce.token.hash(),
        };
        let url = format!("{}{OPEN}?{}", self.public_url, query.write());
        let mut response = redirect(away, &url);
        if nonce.is_new {
            set_nonce(&mut response, &nonce.token);
        }
        Ok(response)
    }
}
