//! Twinlock's own paths at the host of an application. A proxy may read a status of success as
//! permission to pass the request on, so no answer here has one.

use std::net::{IpAddr, Ipv4Addr};

use axum::{
    http::{StatusCode, header::ORIGIN, request::Parts},
    response::Response,
};
use domain::door::{
    ApplicationOrigin, AskedPath, AskedRequest, NONCE_COOKIE, RequestHeaders, SESSION_COOKIE,
    ends_by_link, only_token, read_code,
};
use usecases::{
    Services, UseCaseError,
    door::{Ask, TakeCode, Taken, Verdict, application_at, sign_out, take, verify},
};

use super::{
    Door, SIGNED_OUT, Sent,
    answers::{clear_nonce, clear_session, redirect, set_session},
};
use crate::middleware::every_request::visitor::{Peer, client_address};

impl Door {
    /// Answers a request below `/.twinlock/`.
    pub(super) async fn own_path(
        &self,
        parts: &Parts,
        asked: &AskedRequest,
        origin: &ApplicationOrigin,
    ) -> Result<Response, UseCaseError> {
        let Some(application) = application_at(&self.services, origin).await? else {
            return Ok(self.small.no_application());
        };
        match asked.path {
            AskedPath::Open if asked.method.is_get() => self.take(parts, asked, origin).await,
            AskedPath::SignOut if asked.method.is_post() => {
                let own = origin.as_str().as_bytes();
                if Sent(&parts.headers).values(ORIGIN.as_str()) == [own] {
                    self.sign_out(parts, origin).await
                } else {
                    Ok(self.small.ask_sign_out(&application))
                }
            }
            AskedPath::SignOut if asked.method.is_get() && ends_by_link(&Sent(&parts.headers)) => {
                self.sign_out(parts, origin).await
            }
            AskedPath::SignOut => Ok(self.small.ask_sign_out(&application)),
            AskedPath::Open | AskedPath::OwnUnknown | AskedPath::Application => {
                Ok(self.small.nothing_here())
            }
        }
    }

    /// Exchanges a code for a session in the application.
    async fn take(
        &self,
        parts: &Parts,
        asked: &AskedRequest,
        origin: &ApplicationOrigin,
    ) -> Result<Response, UseCaseError> {
        let headers = Sent(&parts.headers);
        let code = read_code(asked.query()).ok();
        let nonce = only_token(&headers, NONCE_COOKIE);
        let taken = match (&code, &nonce) {
            (Some(code), Some(nonce)) => {
                let code = TakeCode {
                    code,
                    nonce,
                    origin,
                };
                take(&self.services_of(parts), code).await?
            }
            _ => None,
        };
        if let Some(Taken { token, target }) = taken {
            let url = format!("{origin}{}", target.as_str());
            let mut response = redirect(StatusCode::FOUND, &url);
            set_session(&mut response, &token);
            clear_nonce(&mut response);
            return Ok(response);
        }
        // A second tab, or the same link again: the browser is in already.
        let ask = Ask {
            origin,
            token: only_token(&headers, SESSION_COOKIE).map(|token| token.hash()),
            is_activity: true,
        };
        Ok(match verify(&self.services, ask).await? {
            Verdict::LetIn(_) => redirect(StatusCode::FOUND, &format!("{origin}/")),
            _ => self.small.used_link(),
        })
    }

    async fn sign_out(
        &self,
        parts: &Parts,
        origin: &ApplicationOrigin,
    ) -> Result<Response, UseCaseError> {
        let token = only_token(&Sent(&parts.headers), SESSION_COOKIE);
        let token = token.map(|token| token.hash());
        sign_out(&self.services_of(parts), origin, token).await?;
        let url = format!("{}{SIGNED_OUT}", self.public_url);
        let mut response = redirect(StatusCode::SEE_OTHER, &url);
        clear_session(&mut response);
        Ok(response)
    }

    /// The services for this request, whose events name the client that the proxy reports.
    fn services_of(&self, parts: &Parts) -> Services {
        let peer = parts.extensions.get::<Peer>();
        let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0);
        let address = client_address(peer, &parts.headers, &self.proxies);
        self.services_for(address.ip(), &parts.headers)
    }
}
