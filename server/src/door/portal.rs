//! The portal, at Twinlock's own host: the way into an application, the page after its sign-out,
//! and the public key of assertions.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
};

use app::serve::{origin, resolve, visitor};
use axum::{
    body::Body,
    extract::{Request, State},
    http::{
        HeaderValue, Method, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH},
        request::Parts,
    },
    response::Response,
};
use domain::door::{OpenQuery, is_top_level};
use usecases::{
    Context,
    door::{self, Opening},
};

use super::{
    Door, Sent,
    answers::{no_store, redirect, refused},
};
use crate::middleware::{
    every_request::visitor::{Peer, client_address},
    refusal::JSON,
};

/// Leads a person into an application. Without a complete session this is the app, which leads
/// through the sign-in and loads the same URL again, whether or not the application exists.
pub async fn open(State(door): State<Arc<Door>>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    no_store(door.opened(parts).await)
}

/// Says that the session in the application has ended.
pub async fn signed_out(State(door): State<Arc<Door>>) -> Response {
    no_store(door.small.signed_out())
}

/// The public key of assertions.
pub async fn key_set(State(door): State<Arc<Door>>) -> Response {
    let Some(assertions) = &door.assertions else {
        return Door::unavailable();
    };
    let mut response = Response::new(Body::from(assertions.key_set().to_owned()));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, JSON);
    let shared = HeaderValue::from_static("public, max-age=300");
    headers.insert(CACHE_CONTROL, shared);
    response
}

impl Door {
    async fn opened(&self, parts: Parts) -> Response {
        if !matches!(parts.method, Method::GET | Method::HEAD) {
            return refused(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed");
        }
        if !is_top_level(&Sent(&parts.headers)) {
            return self.small.not_in_a_tab();
        }
        let Ok(query) = OpenQuery::read(parts.uri.query().unwrap_or_default()) else {
            return self.small.broken_link();
        };
        // A check of the link uses no code.
        if parts.method == Method::HEAD {
            return self.app(parts);
        }
        let Ok(caller) = resolve(&self.services, &parts.headers).await else {
            return Self::unavailable();
        };
        let peer = parts.extensions.get::<Peer>();
        let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0);
        let address = client_address(peer, &parts.headers, &self.proxies);
        let origin = origin(
            parts.uri.path(),
            caller.as_ref(),
            Some(address.ip()),
            &parts.headers,
            self.services.clock.now(),
        );
        let visitor = visitor(address, &parts.headers, &self.services.settings);
        let context = Context::new(&self.services, caller, visitor, origin);
        match door::open(&context, query).await {
            Ok(Opening::Continue(url)) => redirect(StatusCode::SEE_OTHER, &url),
            Ok(Opening::SignIn) => self.app(parts),
            Ok(Opening::Unknown) => self.small.unknown_application(),
            Ok(Opening::OtherAccount {
                application,
                has_several_accounts,
            }) => self.small.other_account(&application, has_several_accounts),
            Ok(Opening::MfaRequired { application }) => self.small.mfa_required(&application),
            Err(_) => Self::unavailable(),
        }
    }

    /// The app, always sent anew: a stored copy would lead a person who has signed in to the
    /// sign-in again.
    fn app(&self, mut parts: Parts) -> Response {
        parts.headers.remove(IF_NONE_MATCH);
        let path = parts.uri.path();
        let mut response = self.pages.answer(&parts.method, path, &parts.headers);
        response.headers_mut().remove(ETAG);
        response
    }
}
