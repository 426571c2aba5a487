//! What is refused before a request for an application is judged.

use axum::{
    extract::Request,
    http::{Method, StatusCode, header::HOST},
    response::Response,
};
use domain::{door::AskedRequest, network::host_name::HostName};

use super::{
    Door,
    answers::{no_store, refused},
};
use crate::middleware::every_request::visitor::Peer;

/// The sentence for a peer that may not ask; the operator reads it too.
const UNTRUSTED: &str = "This address may not ask who is signed in: name the proxy's address in TWINLOCK_TRUSTED_PROXIES.";
const NO_HTTPS: &str = "Applications need a public URL of https: set TWINLOCK_PUBLIC_URL to the address under which people reach Twinlock.";
const LOOP: &str = "This is the address of Twinlock itself, which is no application: the proxy asks for its own host, which would be a loop.";
const NOT_FOUND: &str = "Not found";
const METHOD: &str = "Method not allowed";

/// Whether the call's own method and host matter.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// The proxy calls by `GET`, at the server's address.
    OfItsOwn,
    /// The call has the method and host of the request that it asks about.
    Mirrored,
}

impl Door {
    /// Refuses a call that no trusted proxy made, or that can't be answered.
    pub(super) fn call_refusal(&self, request: &Request, call: Call) -> Option<Response> {
        let may_call = matches!(*request.method(), Method::GET | Method::HEAD);
        if call == Call::OfItsOwn && !may_call {
            return Some(refused(StatusCode::METHOD_NOT_ALLOWED, METHOD));
        }
        let peer = request.extensions().get::<Peer>();
        let peer = peer.map(|peer| peer.0.to_canonical());
        if !peer.is_some_and(|peer| self.proxies.contain(peer)) {
            if self.warnings.allows() {
                let peer = peer.map_or_else(|| "unknown".to_owned(), |peer| peer.to_string());
                tracing::warn!(peer, path = "/door", "{UNTRUSTED}");
            }
            return Some(refused(StatusCode::FORBIDDEN, UNTRUSTED));
        }
        // The pages' own proxy passes every path on, with the pages' host.
        (call == Call::OfItsOwn && self.is_for_pages(request))
            .then(|| refused(StatusCode::NOT_FOUND, NOT_FOUND))
    }

    fn is_for_pages(&self, request: &Request) -> bool {
        let named = request.headers().get_all(HOST).iter();
        let named = named.filter_map(|host| HostName::of_authority(host.to_str().ok()?));
        let target = request.uri().authority();
        let target = target.and_then(|target| HostName::of_authority(target.as_str()));
        named
            .chain(target)
            .any(|host| self.own_host.as_ref() == Some(&host))
    }

    /// Refuses a request for Twinlock itself, and any request while the public URL is not https.
    pub(super) fn asked_refusal(&self, asked: &AskedRequest) -> Option<Response> {
        if !self.public_url.is_https() {
            if self.warnings.allows() {
                tracing::warn!("{NO_HTTPS}");
            }
            return Some(refused(StatusCode::SERVICE_UNAVAILABLE, NO_HTTPS));
        }
        let is_own = asked.host.is_some() && asked.host == self.own_host;
        is_own.then(|| refused(StatusCode::BAD_REQUEST, LOOP))
    }

    /// A page or call that the services could not answer.
    pub(super) fn unavailable() -> Response {
        const WORDS: &str = "Twinlock can't answer at the moment. Try again later.";
        no_store(refused(StatusCode::SERVICE_UNAVAILABLE, WORDS))
    }
}
