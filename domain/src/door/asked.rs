//! The request that a proxy asks about. Each endpoint reads only its own headers, and refuses those
//! of the others, because a client may have made them up.

use std::str::FromStr;

use percent_encoding::percent_decode;
use thiserror::Error;

use super::{
    ApplicationOrigin, OPEN_PATH, OWN_PATHS, RequestHeaders, SIGN_OUT_PATH, Target, headers,
};
use crate::network::host_name::HostName;

const METHOD: &str = "x-forwarded-method";
const PROTO: &str = "x-forwarded-proto";
const HOST: &str = "x-forwarded-host";
const URI: &str = "x-forwarded-uri";
const ORIGINAL_URL: &str = "x-original-url";
const ORIGINAL_METHOD: &str = "x-original-method";

/// The longest name of a method that is read.
const LONGEST_METHOD: usize = 32;

/// The proxy's question can't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AskError {
    /// A header of this endpoint is missing.
    #[error("The header {0} is missing.")]
    Missing(&'static str),
    /// A header of this endpoint is there twice.
    #[error("The header {0} is sent more than once.")]
    Repeated(&'static str),
    /// A header of another endpoint is there.
    #[error("The header {0} belongs to another endpoint, so a client may have made it up.")]
    Foreign(&'static str),
    /// A header has no valid value.
    #[error("The header {0} is malformed.")]
    Malformed(&'static str),
}

/// The method of the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedMethod(String);

impl AskedMethod {
    /// Whether it is `GET`.
    #[must_use]
    pub fn is_get(&self) -> bool {
        self.0 == "GET"
    }

    /// Whether it is `POST`.
    #[must_use]
    pub fn is_post(&self) -> bool {
        self.0 == "POST"
    }

    /// Whether it reads a page: `GET` or `HEAD`.
    #[must_use]
    pub fn is_read(&self) -> bool {
        matches!(self.0.as_str(), "GET" | "HEAD")
    }

    /// Whether it changes nothing (RFC 9110 §9.2.1).
    #[must_use]
    pub fn is_safe(&self) -> bool {
        self.is_read() || matches!(self.0.as_str(), "OPTIONS" | "TRACE")
    }
}

/// The text is not a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a method")]
pub struct MethodError;

impl FromStr for AskedMethod {
    type Err = MethodError;

    fn from_str(text: &str) -> Result<Self, MethodError> {
        let is_sign = |sign: u8| sign.is_ascii_alphanumeric() || matches!(sign, b'-' | b'_');
        let is_method = (1..=LONGEST_METHOD).contains(&text.len()) && text.bytes().all(is_sign);
        is_method.then(|| Self(text.to_owned())).ok_or(MethodError)
    }
}

/// What the path of a request belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskedPath {
    /// The application.
    Application,
    /// Twinlock: a code is brought.
    Open,
    /// Twinlock: the session in the application ends.
    SignOut,
    /// Twinlock, or what a proxy or an application could read as Twinlock's: nothing is there.
    OwnUnknown,
}

/// The request that a proxy asks about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedRequest {
    /// Its method.
    pub method: AskedMethod,
    /// Its host, if it is valid.
    pub host: Option<HostName>,
    /// Its origin; `None` if that can't be the origin of an application.
    pub origin: Option<ApplicationOrigin>,
    /// What its path belongs to.
    pub path: AskedPath,
    /// Its path and query; `None` if no one can be sent there after the sign-in.
    pub target: Option<Target>,
}

impl AskedRequest {
    /// Reads what Caddy, Traefik and HAProxy send to `/door/forward-auth`.
    ///
    /// # Errors
    /// When a header is missing, repeated, malformed or another endpoint's.
    pub fn forwarded(headers: &(impl RequestHeaders + ?Sized)) -> Result<Self, AskError> {
        refuse(headers, &[ORIGINAL_URL, ORIGINAL_METHOD])?;
        let scheme = text(headers, PROTO)?;
        let authority = text(headers, HOST)?;
        let uri = headers::one(headers, URI)?;
        // Traefik names the scheme of a WebSocket, which is TLS too.
        let scheme = if scheme == "wss" { "https" } else { scheme };
        let method = method(headers, METHOD)?;
        Self::new(method, scheme, authority, uri).ok_or(AskError::Malformed(URI))
    }

    /// Reads what the recipe for nginx sends to `/door/auth-request`.
    ///
    /// # Errors
    /// When a header is missing, repeated, malformed or another endpoint's.
    pub fn original(headers: &(impl RequestHeaders + ?Sized)) -> Result<Self, AskError> {
        refuse(headers, &[METHOD, PROTO, HOST, URI])?;
        let method = method(headers, ORIGINAL_METHOD)?;
        let malformed = AskError::Malformed(ORIGINAL_URL);
        let url = headers::one(headers, ORIGINAL_URL)?;
        let after_scheme = url.windows(3).position(|part| part == b"://");
        let (scheme, rest) = url.split_at(after_scheme.ok_or(malformed)?);
        let rest = rest.get(3..).ok_or(malformed)?;
        let after_host = rest
            .iter()
            .position(|byte| matches!(byte, b'/' | b'?' | b'#'));
        let (authority, uri) = rest.split_at(after_host.ok_or(malformed)?);
        let utf8 = |bytes| std::str::from_utf8(bytes).map_err(|_| malformed);
        Self::new(method, utf8(scheme)?, utf8(authority)?, uri).ok_or(malformed)
    }

    /// Reads what Envoy sends: the request's own method and host, and its path and query behind the
    /// endpoint's prefix.
    ///
    /// # Errors
    /// When a header is missing, repeated, malformed or another endpoint's.
    pub fn mirrored(
        headers: &(impl RequestHeaders + ?Sized),
        method: &str,
        uri: &str,
    ) -> Result<Self, AskError> {
        // Envoy adds X-Forwarded-Proto and X-Forwarded-For by itself.
        refuse(headers, &[ORIGINAL_URL, ORIGINAL_METHOD, METHOD, HOST, URI])?;
        let authority = text(headers, "host")?;
        let method = method.parse().map_err(|_| AskError::Malformed(":method"))?;
        let uri = if uri.is_empty() { "/" } else { uri };
        Self::new(method, "https", authority, uri.as_bytes()).ok_or(AskError::Malformed(":path"))
    }

    /// `None` if the text is no path.
    fn new(method: AskedMethod, scheme: &str, authority: &str, uri: &[u8]) -> Option<Self> {
        if uri.first() != Some(&b'/') {
            return None;
        }
        let target: Option<Target> = std::str::from_utf8(uri)
            .ok()
            .and_then(|text| text.parse().ok());
        let path = uri.split(|byte| *byte == b'?').next().unwrap_or(uri);
        Some(Self {
            method,
            host: HostName::of_authority(authority),
            origin: ApplicationOrigin::of_request(scheme, authority),
            path: path_of(path),
            target,
        })
    }

    /// Where the person continues after the sign-in: only a page is loaded again.
    #[must_use]
    pub fn return_target(&self) -> Target {
        let target = self.target.clone().filter(|_| self.method.is_get());
        target.map_or_else(Target::start, Target::to_return_to)
    }

    /// The query; empty if there is none.
    #[must_use]
    pub fn query(&self) -> &str {
        self.target
            .as_ref()
            .and_then(Target::query)
            .unwrap_or_default()
    }
}

fn path_of(path: &[u8]) -> AskedPath {
    if path == OPEN_PATH.as_bytes() {
        AskedPath::Open
    } else if path == SIGN_OUT_PATH.as_bytes() {
        AskedPath::SignOut
    } else if path.starts_with(OWN_PATHS.as_bytes()) || is_like_own(path) {
        AskedPath::OwnUnknown
    } else {
        AskedPath::Application
    }
}

/// Whether a proxy that decodes and shortens paths could read this one as Twinlock's. Such a proxy
/// would ask without the rules of an application's path, so it must not be let in.
fn is_like_own(path: &[u8]) -> bool {
    let own = OWN_PATHS.trim_matches('/').as_bytes();
    let mut decoded = path.to_vec();
    for _ in 0..2 {
        decoded = percent_decode(&decoded).collect();
        let mut kept: Vec<&[u8]> = Vec::new();
        for part in decoded.split(|byte| matches!(byte, b'/' | b'\\')) {
            // Some servers cut parameters off a segment.
            match part.split(|byte| *byte == b';').next().unwrap_or(part) {
                b"" | b"." => {}
                b".." => {
                    kept.pop();
                }
                part => kept.push(part),
            }
        }
        if kept
            .first()
            .is_some_and(|part| part.eq_ignore_ascii_case(own))
        {
            return true;
        }
    }
    false
}

fn refuse(
    headers: &(impl RequestHeaders + ?Sized),
    foreign: &[&'static str],
) -> Result<(), AskError> {
    let sent = foreign.iter().find(|name| headers::is_sent(headers, name));
    sent.map_or(Ok(()), |name| Err(AskError::Foreign(name)))
}

fn text<'h>(
    headers: &'h (impl RequestHeaders + ?Sized),
    name: &'static str,
) -> Result<&'h str, AskError> {
    let value = headers::one(headers, name)?;
    std::str::from_utf8(value).map_err(|_| AskError::Malformed(name))
}

fn method(
    headers: &(impl RequestHeaders + ?Sized),
    name: &'static str,
) -> Result<AskedMethod, AskError> {
    let method = text(headers, name)?.parse();
    method.map_err(|_| AskError::Malformed(name))
}

#[cfg(test)]
mod tests;
